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
  const faults: Fault[] = [];
  const expanded = interpolate(text, variables, faults);
  if (expanded.includes('\0'))
    faults.push({ expected: 'no zero byte: no program can be given one', fix: 'delete it' });
  for (const fault of faults) problems.add(path, { found: quote(text), ...fault });
  if (faults.length > 0) problems.mute(path);
  return expanded;
}
