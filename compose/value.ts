import { type Complaint, formatPath, type Path, type Problem, quote } from './problem.ts';
import type { Source } from './source.ts';

/** The problems found so far. A place that could not be interpolated is blamed for that alone. */
export class Problems {
  readonly all: Problem[] = [];
  readonly #file: string;
  readonly #source: Source;
  readonly #muted = new Set<string>();

  constructor(file: string, source: Source) {
    this.#file = file;
    this.#source = source;
  }

  add(path: Path, complaint: Complaint, place?: { file: string; line: number }): void {
    const text = formatPath(path);
    if (this.#muted.has(text)) return;
    this.all.push({
      severity: complaint.severity ?? 'error',
      file: place?.file ?? this.#file,
      line: place?.line ?? this.#source.line(path),
      path: text,
      found: complaint.found ?? '',
      expected: complaint.expected,
      fix: complaint.fix,
    });
  }

  /** Ignore what else there is to say about this place. */
  mute(path: Path): void {
    this.#muted.add(formatPath(path));
  }

  /** The value as it is written in the file. */
  text(path: Path): string | undefined {
    return this.#source.text(path);
  }
}

/**
 * A value of the file that knows its path. Every reader takes one, returns something usable whatever it
 * finds, and complains about the rest: reading goes on after a problem. The schema has been checked
 * before, so that a value of another kind than asked for only stands where a problem has been told.
 */
export class Value {
  readonly raw: unknown;
  readonly path: Path;
  readonly problems: Problems;

  constructor(raw: unknown, path: Path, problems: Problems) {
    this.raw = raw;
    this.path = path;
    this.problems = problems;
  }

  /** neither missing nor empty (`key:`) */
  get there(): boolean {
    return this.raw !== undefined && this.raw !== null;
  }

  get isMap(): boolean {
    return this.there && typeof this.raw === 'object' && !Array.isArray(this.raw);
  }

  get isList(): boolean {
    return Array.isArray(this.raw);
  }

  get(key: string): Value {
    const map = this.#map();
    return new Value(Object.hasOwn(map, key) ? map[key] : undefined, [...this.path, key], this.problems);
  }

  keys(): string[] {
    return Object.keys(this.#map());
  }

  entries(): [string, Value][] {
    return this.keys().map((key) => [key, this.get(key)]);
  }

  items(): Value[] {
    if (!Array.isArray(this.raw)) return [];
    return this.raw.map((item, index) => new Value(item, [...this.path, index], this.problems));
  }

  /** a string, or a number written as one; '' where there is neither */
  string(): string {
    return typeof this.raw === 'string' || typeof this.raw === 'number' ? String(this.raw) : '';
  }

  boolean(): boolean {
    if (!this.there) return false;
    // a variable that was interpolated is a string
    const text = String(this.raw).toLowerCase();
    if (text !== 'true' && text !== 'false')
      this.complain({ expected: 'true or false', fix: 'write one of them' });
    return text === 'true';
  }

  complain(complaint: Complaint): void {
    this.problems.add(this.path, { found: quote(this.raw), ...complaint });
  }

  /**
   * Refuses each key that is not in `honoured`, by name: nothing that a file asks for is dropped, but for
   * the `x-` extensions, which are notes. `advice` says what to do instead.
   */
  refuseOtherThan(honoured: readonly string[], advice: Readonly<Record<string, string>> = {}): void {
    for (const [key, value] of this.entries()) {
      if (honoured.includes(key) || key.startsWith('x-')) continue;
      value.complain({
        expected: `no \`${key}\`, which is not honoured here`,
        fix: (Object.hasOwn(advice, key) && advice[key]) || 'delete it',
      });
    }
  }

  #map(): Record<string, unknown> {
    return this.isMap ? (this.raw as Record<string, unknown>) : {};
  }
}
