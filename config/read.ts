/**
 * Readers of configuration values: each takes what Pulumi hands over and gives a typed value, or notes
 * what is wrong and gives undefined. They compose, and none of them throws.
 */
import { nearest, type Problem, removeCommand, setCommand, show, step } from './problem.ts';

export type Read<T> = (value: unknown, key: string, problems: Problem[]) => T | undefined;

/** One of a few words. */
export function word<T extends string>(words: readonly T[]): Read<T> {
  return (value, key, problems) => {
    const match = words.find((candidate) => candidate === value);
    if (match !== undefined) return match;
    const meant = (typeof value === 'string' && nearest(value, words)) || words[0];
    const expected = words.map((candidate) => `'${candidate}'`).join(' or ');
    problems.push({ key, found: show(value), expected, fix: setCommand(key, `${meant}`) });
    return undefined;
  };
}

export interface TextRule {
  /** what the text is, for people: `an IP address` */
  what: string;
  example: string;
  pattern?: RegExp;
}

/** A text that is not empty. YAML's numbers and booleans are taken as they are written. */
export function text(rule: TextRule): Read<string> {
  return (value, key, problems) => {
    const written = typeof value === 'number' || typeof value === 'boolean' ? `${value}` : value;
    if (typeof written === 'string' && written !== '' && (rule.pattern?.test(written) ?? true))
      return written;
    problems.push({ key, found: show(value), expected: rule.what, fix: setCommand(key, rule.example) });
    return undefined;
  };
}

/** A text, possibly empty, of any form. */
export const anyText: Read<string> = (value, key, problems) => {
  if (['string', 'number', 'boolean'].includes(typeof value)) return `${value}`;
  problems.push({
    key,
    found: show(value),
    expected: 'a text, a number or a boolean',
    fix: setCommand(key, 'value'),
  });
  return undefined;
};

/** A secret's value: messages never show it. */
export const secretText: Read<string> = (value, key, problems) => {
  if (typeof value === 'number') return `${value}`;
  if (typeof value === 'string' && value !== '') return value;
  problems.push({
    key,
    found: value === '' ? 'an empty text' : `${Array.isArray(value) ? 'a list' : typeof value} (not shown)`,
    expected: 'a text that is not empty',
    fix: `pulumi config set --secret --path '${key}'`,
  });
  return undefined;
};

export function integer(rule: { what: string; min: number; max: number; example: number }): Read<number> {
  return (value, key, problems) => {
    const number = typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : value;
    if (Number.isInteger(number) && (number as number) >= rule.min && (number as number) <= rule.max)
      return number as number;
    const expected = `${rule.what}, ${rule.min} to ${rule.max}`;
    problems.push({ key, found: show(value), expected, fix: setCommand(key, `${rule.example}`) });
    return undefined;
  };
}

export const boolean: Read<boolean> = (value, key, problems) => {
  if (value === true || value === 'true') return true;
  if (value === false || value === 'false') return false;
  problems.push({ key, found: show(value), expected: "'true' or 'false'", fix: setCommand(key, 'false') });
  return undefined;
};

export function list<T>(what: string, item: Read<T>): Read<T[]> {
  return (value, key, problems) => {
    if (Array.isArray(value))
      return value
        .map((entry, index) => item(entry, `${key}[${index}]`, problems))
        .filter((entry) => entry !== undefined);
    problems.push({ key, found: show(value), expected: `a list of ${what}`, fix: removeCommand(key) });
    return undefined;
  };
}

/** Names that the user chooses, each with a value of the same kind. */
export function map<T>(what: string, item: Read<T>, secret = false): Read<Record<string, T>> {
  return (value, key, problems) => {
    if (!isObject(value)) {
      const found = secret ? '(not shown)' : show(value);
      problems.push({ key, found, expected: `an object: ${what}`, fix: removeCommand(key) });
      return undefined;
    }
    const entries = Object.entries(value).map(([name, entry]) => [
      name,
      item(entry, step(key, name), problems),
    ]);
    return Object.fromEntries(entries.filter(([, entry]) => entry !== undefined));
  };
}

export interface Field<T> {
  read: Read<T>;
  /** what a missing key means; without it the key is required */
  missing?: { value: T };
}

export function required<T>(read: Read<T>): Field<T> {
  return { read };
}

export function optional<T>(read: Read<T>): Field<T | undefined> {
  return { read, missing: { value: undefined } };
}

export function defaulted<T>(read: Read<T>, value: T): Field<T> {
  return { read, missing: { value } };
}

/**
 * An object with known keys. `foreign` names keys that belong to another kind of stack, and says where
 * they belong: a better answer than a key of a similar name.
 */
export function fields<T>(
  shape: { [K in keyof T]-?: Field<T[K]> },
  foreign: Record<string, string> = {},
): Read<T> {
  const known = Object.keys(shape);
  return (value, key, problems) => {
    if (!isObject(value)) {
      problems.push({
        key,
        found: show(value),
        expected: `an object with ${known.join(', ')}`,
        fix: removeCommand(key),
      });
      return undefined;
    }
    for (const name of Object.keys(value).filter((name) => !known.includes(name)))
      problems.push(unknownKey(step(key, name), name, value[name], known, key, foreign));
    const entries = Object.entries<Field<unknown>>(shape).map(([name, field]) => {
      const at = step(key, name);
      if (value[name] !== undefined && value[name] !== null)
        return [name, field.read(value[name], at, problems)];
      // a reader says of nothing what it would have taken
      return [name, field.missing ? field.missing.value : field.read(undefined, at, problems)];
    });
    return Object.fromEntries(entries) as T;
  };
}

function unknownKey(
  key: string,
  name: string,
  value: unknown,
  known: string[],
  parent: string,
  foreign: Record<string, string>,
): Problem {
  const meant = nearest(name, [...known, ...Object.keys(foreign)]);
  const belongs = meant && foreign[meant];
  if (belongs)
    return { key, found: show(value), expected: `no ${meant} here: ${belongs}`, fix: removeCommand(key) };
  return {
    key,
    found: '',
    expected: `one of ${known.join(', ')}`,
    fix: meant ? `did you mean '${step(parent, meant)}'? rename it` : removeCommand(key),
  };
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
