/**
 * The forms in which a secret may stand in a text: as it is, in a URL, in JSON, for a shell, in hexadecimal, in
 * both kinds of base64 wherever in a longer text it begins. Too short a secret has none: it would be everywhere.
 */
export function encodings(secret: string): string[] {
  if (secret.length < 8) return [];
  const bytes = Buffer.from(secret);
  const forms = [
    secret,
    encodeURIComponent(secret),
    new URLSearchParams({ _: secret }).toString().slice(2),
    JSON.stringify(secret).slice(1, -1),
    // a JSON within a JSON, as Pulumi's state and some logs have it
    JSON.stringify(JSON.stringify(secret)).slice(3, -3),
    secret.replaceAll("'", `'\\''`),
    bytes.toString('hex'),
    ...[0, 1, 2].flatMap((shift) => {
      // the letters that also depend on what stands before and after are left out
      const text = Buffer.concat([Buffer.alloc(shift), bytes])
        .toString('base64')
        .replace(/=+$/, '');
      const own = text.slice(shift === 0 ? 0 : shift + 1, (shift + bytes.length) % 3 === 0 ? undefined : -1);
      return [own, own.replaceAll('+', '-').replaceAll('/', '_')];
    }),
  ];
  return [...new Set(forms)];
}
