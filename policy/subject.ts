import { type Subject, unknown } from './rule.ts';

/** What the SDK hands over of a resource, to either kind of policy. */
export interface Seen {
  type: string;
  name: string;
  urn: string;
  props: Record<string, unknown>;
  opts: { protect: boolean };
}

/** The SDK throws where a value that is not known yet is read; rules get a word for it instead. */
export function toSubject({ type, name, urn, props, opts }: Seen): Subject {
  return { type, name, urn, props: copy(props) as Record<string, unknown>, protect: opts.protect };
}

/**
 * As a whole stack is judged: by what was made of a resource, and where that does not say it again, by what it is
 * declared with.
 */
export function made(seen: Seen, declared: Seen | undefined): Subject {
  const subject = toSubject(seen);
  return { ...subject, props: { ...(declared && toSubject(declared).props), ...subject.props } };
}

function copy(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return Array.from({ length: value.length }, (_, index) => read(value, index));
  return Object.fromEntries(Object.keys(value).map((key) => [key, read(value, key)]));
}

function read(holder: object, key: string | number): unknown {
  try {
    return copy((holder as Record<string | number, unknown>)[key]);
  } catch (error) {
    if (!(error instanceof Error && / can't be known during preview$/.test(error.message))) throw error;
    return unknown;
  }
}
