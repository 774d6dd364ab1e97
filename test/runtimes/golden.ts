import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from '@jest/globals';

const root = join(import.meta.dirname, 'golden');

/**
 * Compares files with those kept in `golden/<folder>`, names and contents. `UPDATE_GOLDEN=1` writes them instead: for
 * a person who then reads the difference.
 */
export function expectGolden(folder: string, files: Record<string, string>): void {
  const path = join(root, folder);
  if (process.env.UPDATE_GOLDEN === '1') {
    rmSync(path, { recursive: true, force: true });
    mkdirSync(path, { recursive: true });
    for (const [name, content] of Object.entries(files)) writeFileSync(join(path, name), content);
  }
  const kept = readdirSync(path).map((name): [string, string] => [
    name,
    readFileSync(join(path, name), 'utf8'),
  ]);
  expect(files).toEqual(Object.fromEntries(kept));
}
