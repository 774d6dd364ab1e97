import { differing } from './differences.ts';
import { masked } from './masked.ts';
import { isObject, type Plain, type PropertyValue, type Props, Secret, Unknown } from './rpc/value.ts';

/**
 * Whose change a difference is.
 * - `you`: the program says something else than was applied last
 * - `host`: somebody changed it on the host since then
 * - `runtime`: the engine's own doing, after an upgrade of it. Nothing is to be done about it
 */
export type Whose = 'you' | 'host' | 'runtime';

/** A property that is not as it was applied last. No secret is in it. */
export interface Change {
  /** `['spec', 'limits', 'memoryBytes']` */
  path: string[];
  applied: Plain;
  now: Plain;
  whose: Whose;
  /** of a file: the lines that differ, as `diff -u` writes them */
  text?: string;
}

/** What somebody did on the host. */
export function somebodys(path: string[], applied: Plain, now: Plain): Change {
  return { path, applied, now, whose: 'host' };
}

const attributions: Record<Whose, string> = {
  you: 'you changed it',
  host: 'someone changed it on the host',
  runtime: "the runtime's default",
};

/** As `pulumi preview` names it: `spec.limits.memoryBytes`. */
export function propertyOf({ path }: Pick<Change, 'path'>): string {
  return path
    .map((key, index) => (/^[\w$-]+$/.test(key) ? `${index > 0 ? '.' : ''}${key}` : `["${key}"]`))
    .join('');
}

/** What a change is to a person: old → new, and whose it is. */
export function changeText(change: Change): string {
  const { applied, now, whose, text } = change;
  const [before, after] = essence(applied, now);
  const line = `${propertyOf(change)}: ${before} → ${after} (${attributions[whose]})`;
  return [line, ...(text ? text.split('\n').map((each) => `    ${each}`) : [])].join('\n');
}

/** Changes below a heading, and what comes of them. */
export function changesText(heading: string, changes: readonly Change[], outcome: string): string {
  const lines = changes.flatMap((change) => changeText(change).split('\n'));
  return [heading, ...lines.map((line) => `  ${line}`), outcome].join('\n');
}

/** Longer values are cut: the preview itself has all of them. */
const longest = 120;

/** Of two lists what is not in both: the rest hides it. */
function essence(applied: Plain, now: Plain): [string, string] {
  if (!Array.isArray(applied) || !Array.isArray(now)) return [valueText(applied), valueText(now)];
  const without = (list: Plain[], other: Plain[]) => {
    const others = new Set(other.map((each) => JSON.stringify(each)));
    const own = list.filter((each) => !others.has(JSON.stringify(each)));
    const text = own.map((each) => valueText(each)).join(', ');
    return `[${own.length < list.length ? `…${text ? ', ' : ''}` : ''}${text}]`;
  };
  return [without(applied, now), without(now, applied)];
}

function valueText(value: Plain): string {
  if (value === null) return 'none';
  const text = JSON.stringify(value);
  return text.length > longest ? `${text.slice(0, longest)}…` : text;
}

/** What the program says otherwise than when it was applied last. */
export function programChanges(applied: Props, declared: Props): Change[] {
  return differing(applied, declared).map(({ path, before, after }) => ({
    path,
    applied: told(path, before),
    now: told(path, after),
    whose: 'you',
  }));
}

/** A value that may be shown: no secret, and what is known later is said so. */
function told(path: readonly string[], value: PropertyValue | undefined): Plain {
  if (value === Unknown) return 'known after up';
  if (value === undefined || value === null) return null;
  if (value instanceof Secret || path[0] === 'secrets') return '[secret]';
  if (Array.isArray(value)) return value.map((each) => told(path, each));
  if (isObject(value)) {
    return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, told([...path, key], each)]));
  }
  return masked(value, path.at(-1));
}

/** Writes values over those of an object, by their paths; null takes the entry away. */
export function setPath(object: Record<string, Plain>, path: readonly string[], value: Plain): void {
  const [key = '', ...rest] = path;
  if (rest.length === 0) {
    if (value === null) delete object[key];
    else object[key] = value;
    return;
  }
  const child = object[key];
  const next = typeof child === 'object' && child !== null && !Array.isArray(child) ? { ...child } : {};
  object[key] = next;
  setPath(next, rest, value);
}
