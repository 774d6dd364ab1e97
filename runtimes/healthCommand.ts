import { jsonWords } from './escape.ts';

/**
 * A health command as Podman's `--health-cmd` has to be given it, or null where it has no way to say it. Podman reads
 * a JSON array of two or more words as a command, but one word as a shell line, and takes the first words CMD,
 * CMD-SHELL and NONE for keywords. `CMD a b` reaches those cases, as long as every word is plain.
 */
export function healthCommandText(command: string[]): string | null {
  const keyword = /^(cmd|cmd-shell|none)$/i.test(command[0] ?? '');
  if (command.length > 1 && !keyword) return jsonWords(command);
  // printable ASCII but quotes, which Quadlet strips, and backslashes, which may join lines
  if (command.every((word) => /^[!#-[\]-~]+$/.test(word))) return ['CMD', ...command].join(' ');
  return null;
}
