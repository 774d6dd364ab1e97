import { type Fault, interpolate, type Variables } from './interpolate.ts';
import { type Path, quote } from './problem.ts';
import type { Problems } from './value.ts';

/**
 * The file with the variables of its values replaced; keys, and the file's own `x-` sections, which are
 * there to be merged into others, stay as they are. What could not be replaced is told once, and muted.
 */
export function expand(value: unknown, variables: Variables, problems: Problems, path: Path = []): unknown {
  if (typeof value === 'string') return expandText(value, variables, problems, path);
  if (Array.isArray(value)) {
    return value.map((item, index) => expand(item, variables, problems, [...path, index]));
  }
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([key, item]) => {
    const own = path.length === 0 && key.startsWith('x-');
    return [key, own ? item : expand(item, variables, problems, [...path, key])];
  });
  return Object.fromEntries(entries);
}

function expandText(text: string, variables: Variables, problems: Problems, path: Path): string {
  const secret = wholeSecret(text, variables, path);
  if (secret !== undefined) return secret;
  const faults: Fault[] = [];
  const expanded = interpolate(text, variables, faults);
  if (expanded.includes('\0'))
    faults.push({ expected: 'no zero byte: no program can be given one', fix: 'delete it' });
  for (const fault of faults) problems.add(path, { found: quote(text), ...fault });
  if (faults.length > 0) problems.mute(path);
  return expanded;
}

/** Stands before the name of a secret that is a variable's whole value. No text of the file holds a zero byte. */
export const secretMark = '\0';

/** `${NAME}` as the value of an environment variable, where NAME is a secret: kept by name, its value is not here. */
function wholeSecret(text: string, { secretNames }: Variables, path: Path): string | undefined {
  if (path[0] !== 'services' || path[2] !== 'environment' || path.length !== 4) return undefined;
  const [, before = '', plain, braced] =
    /^([^=$]*=)?\$(?:([A-Za-z_]\w*)|\{([A-Za-z_]\w*)(?::?[-?][^{}]*)?\})$/.exec(text) ?? [];
  const name = plain ?? braced;
  const inList = typeof path[3] === 'number';
  if (name === undefined || !secretNames.includes(name) || inList !== (before !== '')) return undefined;
  return `${before}${secretMark}${name}`;
}
