import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readEnvironments } from './environments.ts';
import { pageFile, sectionOf } from './page.ts';
import { section } from './section.ts';

/** What SYSTEM.md has, and what it should have. */
export interface PageCheck {
  page: string;
  /** what stands between the markers; undefined without them */
  found: string | undefined;
  expected: string;
}

/** @throws as `readEnvironments` */
export function checkPage(root: string): PageCheck {
  const path = join(root, pageFile);
  const page = existsSync(path) ? readFileSync(path, 'utf8') : '';
  const { environments, language } = readEnvironments(root);
  return { page, found: sectionOf(page), expected: section(environments, language) };
}
