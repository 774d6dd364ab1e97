import { createHash } from 'node:crypto';
import { type Draft, text } from '../kind.ts';
import type { Rule } from '../rules.ts';

const api = 'https://www.googleapis.com/compute/v1/';

export function selfLink(id: string): string {
  return api + id;
}

/** The last part of an id or URL, which is the name. */
export function nameIn(reference: string): string {
  return reference.split('/').at(-1) ?? reference;
}

/** An input that check made sure is there. */
export function given(draft: Draft, property: string): string {
  const value = text(draft.inputs[property]);
  if (value === undefined) throw new Error(`'${property}' is not a string: '${draft.inputs[property]}'`);
  return value;
}

/** A number as Google gives them out, the same for the same thing. */
export function numericId(id: string): string {
  return BigInt(`0x${createHash('sha256').update(id).digest('hex').slice(0, 15)}`).toString();
}

export function fingerprint(value: unknown): string {
  return createHash('sha256')
    .update(JSON.stringify(value ?? null))
    .digest('base64')
    .slice(0, 12);
}

/** Google's names: RFC 1035. */
export const nameRule: Rule = {
  rule: 'matches',
  at: 'name',
  pattern: /^[a-z]([-a-z0-9]{0,61}[a-z0-9])?$/,
  expected:
    'a lower-case letter, then up to 62 lower-case letters, digits and dashes, the last of them no dash',
  source: 'https://cloud.google.com/compute/docs/naming-resources',
};
