/** The words of a command line, or why it cannot be split. */
export type Words = { words: string[] } | { fault: string };

/**
 * Splits a command written as one string by the rules Compose has for it: blanks, single and double
 * quotes, and the backslash. Wildcards, `#` and `~` are ordinary characters: no shell is involved. What
 * only a shell could do is a fault. (Compose drops everything from the first operator on, silently.)
 */
export function splitWords(line: string): Words {
  const words: string[] = [];
  let word: string | undefined;
  let quote = '';
  let escaped = false;
  for (const char of line) {
    if (escaped) {
      word = (word ?? '') + char;
      escaped = false;
    } else if (char === '\\' && quote !== "'") {
      escaped = true;
    } else if (quote !== '') {
      if (char === quote) quote = '';
      else word += char;
    } else if (char === '"' || char === "'") {
      quote = char;
      word ??= '';
    } else if (/[ \t\r\n]/.test(char)) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else if (/[;&|<>()`]/.test(char)) {
      return { fault: `no unquoted '${char}': there is no shell to understand it` };
    } else {
      word = (word ?? '') + char;
    }
  }
  if (quote !== '') return { fault: `a closing ${quote}` };
  if (escaped) return { fault: 'no backslash at the end' };
  if (word !== undefined) words.push(word);
  return { words };
}
