import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { encodings } from '../../spec/encodings.ts';

const found = (text: string, secret: string) => encodings(secret).some((form) => text.includes(form));

describe('a secret is found in a text', () => {
  const secret = "100:it\"s/a+plänted 'token'";

  test.each([
    ['as it is', secret],
    ['in a URL', encodeURIComponent(secret)],
    ['in a form', new URLSearchParams({ a: secret }).toString()],
    ['in JSON', JSON.stringify({ a: secret })],
    ['in JSON in JSON', JSON.stringify(JSON.stringify({ a: secret }))],
    ['for a shell', `'${secret.replaceAll("'", `'\\''`)}'`],
    ['in hexadecimal', Buffer.from(`x${secret}y`).toString('hex')],
  ])('%s', (_, text) => {
    expect(found(`before ${text} after`, secret)).toBe(true);
  });

  test('in base64, wherever in a longer text it begins and ends', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 8 }), fc.string(), fc.string(), (secret, before, after) => {
        fc.pre(Buffer.byteLength(secret) === secret.length);
        const bytes = Buffer.from(before + secret + after);
        return found(bytes.toString('base64'), secret) && found(bytes.toString('base64url'), secret);
      }),
    );
  });

  test('and is not found where it is not', () => {
    expect(found('before 100:it after', secret)).toBe(false);
    expect(found('anything', 'short')).toBe(false);
  });
});
