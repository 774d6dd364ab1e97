import { structuredPatch } from 'diff';
import { maskedText } from './masked.ts';

/** More of it helps nobody in a terminal: the file itself is on the host. */
const mostLines = 40;

/** The lines that differ between two texts, as `diff -u` writes them, without what looks like a secret. */
export function textDiff(before: string, after: string, secrets: readonly string[] = []): string {
  const { hunks } = structuredPatch('', '', before, after, '', '', { context: 2 });
  const lines = hunks.flatMap(({ oldStart, oldLines, newStart, newLines, lines: changed }) => [
    `@@ -${oldStart},${oldLines} +${newStart},${newLines} @@`,
    ...changed.map((line) => line.slice(0, 1) + shown(line.slice(1), secrets)),
  ]);
  const more = lines.length - mostLines;
  return [...lines.slice(0, mostLines), ...(more > 0 ? [`… and ${more} lines more`] : [])].join('\n');
}

function shown(line: string, secrets: readonly string[]): string {
  const without = secrets.reduce(
    (text, secret) => (secret ? text.replaceAll(secret, '[secret]') : text),
    line,
  );
  return maskedText(without);
}
