import { createHash } from 'node:crypto';
import { looksSecret, namesSecret } from '../spec/secretLike.ts';
import type { Plain } from './rpc/value.ts';

/**
 * What stands for a value that must not be shown: two values are told apart, and no guess is confirmed, because
 * one value in 65,536 has the same mark.
 */
export function hidden(value: string): string {
  return `[hidden#${createHash('sha256').update(value).digest('hex').slice(0, 4)}]`;
}

/** A value found on a host, with what looks like a secret hidden: people put them where they do not belong. */
export function masked(value: Plain, name = ''): Plain {
  if (typeof value === 'string') return namesSecret(name) && value !== '' ? hidden(value) : maskedText(value);
  if (Array.isArray(value)) return value.map((each) => masked(each, name));
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, masked(each, key)]));
}

/** The same of a line of a file: `NAME=value`, `name: value`, `--token value` and well-known tokens. */
export function maskedText(text: string): string {
  if (looksSecret(text)) return hidden(text);
  const known = text.replace(/[^\s="',]+/g, (word) => (looksSecret(word) ? hidden(word) : word));
  const named = /([\w-]+)(["']?(?:\s*[=:]\s*|\s+)["']?|["'],\s*["'])/g;
  const value = /[^\s"',]+/y;
  let result = '';
  let done = 0;
  for (let found = named.exec(known); found; found = named.exec(known)) {
    value.lastIndex = named.lastIndex;
    const [after = ''] = value.exec(known) ?? [];
    // where a secret lies is none
    if (!namesSecret((found[1] ?? '').replaceAll('-', '_')) || /^(\/|\[hidden|$)/.test(after)) continue;
    result += known.slice(done, named.lastIndex) + hidden(after);
    done = named.lastIndex += after.length;
  }
  return result + known.slice(done);
}
