import type { PulumiRun, Rehearsal } from '../../rehearsal/rehearsal.ts';

/** A `pulumi up` that is under way, to be struck at one of its steps. */
export class Running {
  readonly ended: Promise<PulumiRun>;
  readonly #lines: string[] = [];
  #group = 0;
  #over = false;

  constructor(rehearsal: Rehearsal, args: string[] = []) {
    this.ended = rehearsal
      .up(args, {
        onStart: (pid) => {
          this.#group = pid;
        },
        onLine: (line) => this.#lines.push(line),
      })
      .finally(() => {
        this.#over = true;
      });
  }

  /** Resolves as soon as a line like this has been printed. */
  async reaches(step: RegExp): Promise<void> {
    while (!this.#lines.some((line) => step.test(line))) {
      if (this.#over) throw new Error(`up ended before ${step}:\n${(await this.ended).output}`);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }

  /** To pulumi and all that it started, as a terminal or a lost machine would. */
  signal(name: 'SIGINT' | 'SIGKILL'): void {
    process.kill(-this.#group, name);
  }
}
