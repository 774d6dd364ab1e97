/**
 * Times the changes that `pulumi up` makes on the host by the lines it prints: from the first that begins to
 * the last that ends. What is before is the engine, the program and the reading of what is there.
 */
export class Changes {
  readonly #now: () => number;
  #first: number | undefined;
  #last: number | undefined;

  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /** takes a line as it comes */
  line(text: string): void {
    const done = /^ *[~+-]+ +containerhost:index:\w+ \S+ (?:(creat|updat|delet)ing|\w+ed) \(/.exec(text);
    if (!done) return;
    if (done[1]) this.#first ??= this.#now();
    else this.#last = this.#now();
  }

  /** @throws when nothing was changed */
  get seconds(): number {
    if (this.#first === undefined || this.#last === undefined)
      throw new Error('pulumi up changed nothing on the host');
    return (this.#last - this.#first) / 1000;
  }
}
