import type { Value } from './value.ts';

/** One entry of what Compose writes as a map or as a list of `NAME=value`. */
export interface Pair {
  name: string;
  /** null where only the name is given */
  value: string | null;
  at: Value;
}

/** Reads either form. The last of two equal names wins, as in Compose. */
export function readPairs(value: Value): Pair[] {
  if (value.isList) {
    return value.items().map((at) => {
      const [, name = '', text = null] = /^([^=]*)(?:=([\s\S]*))?$/.exec(at.string()) ?? [];
      return { name, value: text, at };
    });
  }
  return Object.entries(value.isMap ? (value.raw as object) : {}).map(([name]) => {
    const at = value.get(name);
    return { name, value: scalar(at), at };
  });
}

function scalar(at: Value): string | null {
  if (!at.there) return null;
  const text = String(at.raw);
  const written = at.problems.text(at.path);
  if (typeof at.raw === 'number' && written !== undefined && written !== text) {
    at.complain({
      found: written,
      expected: `a string: as a number it would become ${text}`,
      fix: `quote it: "${written}"`,
    });
  }
  return text;
}
