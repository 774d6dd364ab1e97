import { shellWord } from '../runtimes/escape.ts';

/** An argv as a shell reads it back: every word quoted. */
export function words(argv: readonly (string | number)[]): string {
  return argv.map((word) => shellWord(String(word))).join(' ');
}
