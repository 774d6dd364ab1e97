/** A column: its heading, and whether it holds numbers. */
export interface Column {
  heading: string;
  right?: boolean;
}

/**
 * Rows below their headings, two spaces between columns. The first column is cut where a line would be longer
 * than `width`; the others never are.
 */
export function table(columns: readonly Column[], rows: readonly string[][], width: number): string[] {
  const all = [columns.map(({ heading }) => heading), ...rows];
  const widths = columns.map((_, index) => Math.max(...all.map((row) => (row[index] ?? '').length)));
  const others = widths.slice(1).reduce((sum, each) => sum + each + 2, 0);
  widths[0] = Math.min(widths[0] ?? 0, Math.max(8, width - others));
  return all.map((row) =>
    row
      .map((cell, index) => {
        const size = widths[index] ?? 0;
        const shown = index === 0 ? shorten(cell, size) : cell;
        return columns[index]?.right ? shown.padStart(size) : shown.padEnd(size);
      })
      .join('  ')
      .trimEnd(),
  );
}

export function shorten(text: string, length: number): string {
  return text.length > length ? `${text.slice(0, length - 1)}…` : text;
}

/** Words in lines of at most `width`, each begun by `indent`. A word that is longer stays whole. */
export function wrapped(words: readonly string[], indent: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of words) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= width)
      lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(`${indent}${word}`);
  }
  return lines;
}
