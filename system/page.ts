/** The page, in the project's folder. */
export const pageFile = 'SYSTEM.md';

const begin = '<!-- cortex docs: begin -->';
const end = '<!-- cortex docs: end -->';

/** What stands between the markers of a page; undefined where it has none. */
export function sectionOf(page: string): string | undefined {
  const from = page.indexOf(begin);
  const to = page.indexOf(end);
  if (from < 0 || to < from) return undefined;
  return page.slice(from + begin.length, to).trim();
}

/** The page with another section, and nothing else changed. Without markers it is put at the end. */
export function withSection(page: string, section: string): string {
  const written = `${begin}\n\n${section}\n\n${end}`;
  if (sectionOf(page) === undefined)
    return `${page.trimEnd()}${page.trim() === '' ? '' : '\n\n'}${written}\n`;
  const before = page.slice(0, page.indexOf(begin));
  return `${before}${written}${page.slice(page.indexOf(end) + end.length)}`;
}
