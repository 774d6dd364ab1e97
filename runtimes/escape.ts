/**
 * All escaping of user text, one function per language the runtimes write. Each takes the text as the container is
 * to see it. What a language cannot carry at all is refused before (`check.ts`).
 */

/** A word of a POSIX shell command. */
export function shellWord(text: string): string {
  if (/^[A-Za-z0-9_/:.,@+=-]+$/.test(text)) return text;
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

export function shellWords(words: string[]): string {
  return words.map(shellWord).join(' ');
}

/** A value of a Compose file, which replaces `$NAME` by the environment of whoever runs Compose. */
export function composeText(text: string): string {
  return text.replaceAll('$', '$$$$');
}

/** A value of a systemd directive that is no command: systemd replaces `%x`. */
export function systemdText(text: string): string {
  return text.replaceAll('%', '%%');
}

/** A Quadlet value that Quadlet copies as it is into the command that systemd runs: `%x` and `$NAME`. */
export function quadletText(text: string): string {
  return systemdText(text).replaceAll('$', '$$$$');
}

/** Words as a JSON array on one line of printable text. */
export function jsonWords(words: string[]): string {
  return JSON.stringify(words).replace(/\p{Cc}/gu, (c) => `\\u00${hex(c)}`);
}

/** A word in a Quadlet value that Quadlet splits into words: `Exec`, `Environment`, `Label`, `Mount`, `PodmanArgs`. */
export function quadletWord(text: string): string {
  if (/^[A-Za-z0-9_/:.,@+=-]+$/.test(text)) return text;
  // systemd and Quadlet share C's escapes; a control character would end the line or the word
  const escaped = text.replace(/[\\"\p{Cc}]/gu, (c) => named[c] ?? `\\x${hex(c)}`);
  return `"${quadletText(escaped)}"`;
}

const named: Record<string, string> = { '\\': '\\\\', '"': '\\"', '\n': '\\n', '\r': '\\r', '\t': '\\t' };
const hex = (c: string) => c.charCodeAt(0).toString(16).padStart(2, '0');

/**
 * Words that Quadlet drops or systemd takes for syntax even when quoted in the Quadlet file. They go through
 * variables of the unit, which systemd replaces by exactly one word.
 */
const syntax = new Map([
  ['', 'EMPTY'],
  [';', 'SEMICOLON'],
]);

/** The words of a container's command, and the variables of the unit that they need. */
export function quadletCommand(words: string[]): { text: string; variables: string[] } {
  const variables = [...syntax]
    .filter(([word]) => words.includes(word))
    .map(([word, name]) => `${name}=${word}`);
  const text = words.map((word) => {
    const name = syntax.get(word);
    return name === undefined ? quadletWord(word) : `\${${name}}`;
  });
  return { text: text.join(' '), variables };
}

/** A record of comma-separated fields, as Podman's `--mount` reads them. */
export function csvRecord(fields: string[]): string {
  return fields.map((f) => (/[",\r\n]/.test(f) ? `"${f.replaceAll('"', '""')}"` : f)).join(',');
}
