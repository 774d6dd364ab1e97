import { encodings } from '../../spec/encodings.ts';

/** A text in which no secret may be. */
export interface Place {
  name: string;
  text: string;
}

/**
 * The names of the places that hold a secret, in any form that a program is likely to give it (see `encodings`).
 * @throws for a secret that is too short to be told from other text: a scan for it would prove nothing
 */
export function leaks(places: readonly Place[], secrets: readonly string[]): string[] {
  const forms = secrets.flatMap((secret) => {
    const own = encodings(secret);
    if (own.length === 0) throw new Error(`a secret of ${secret.length} characters cannot be looked for`);
    return own;
  });
  return places.filter(({ text }) => forms.some((form) => text.includes(form))).map(({ name }) => name);
}
