import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from '@jest/globals';

/** Compares with a file of `golden/`. `UPDATE_GOLDEN=1` writes it instead: for a person who then reads the difference. */
export function golden(name: string, content: string): void {
  const path = join(import.meta.dirname, 'golden', name);
  if (process.env.UPDATE_GOLDEN === '1') writeFileSync(path, content);
  expect(content).toBe(readFileSync(path, 'utf8'));
}
