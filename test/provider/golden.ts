import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from '@jest/globals';

/** Compares with a file of `golden/`. `UPDATE_GOLDEN=1` writes it instead: for a person who then reads the difference. */
export function expectGolden(name: string, content: string): void {
  const path = join(import.meta.dirname, 'golden', name);
  if (process.env.UPDATE_GOLDEN === '1') writeFileSync(path, content);
  expect(content).toBe(readFileSync(path, 'utf8'));
}

/** A script as a person reads it: what is sent in base64 is decoded, and cut where another test has the whole. */
export function readable(script: string): string {
  return `${script.replace(
    /<<'CONTENT'(.*)\n([A-Za-z0-9+/=\n]*)\nCONTENT/g,
    (_, rest: string, encoded: string) => {
      const content = Buffer.from(encoded, 'base64');
      return `<<'CONTENT'${rest}\n${content.includes(0) ? members(content) : beginning(content.toString('utf8'))}\nCONTENT`;
    },
  )}\n`;
}

function beginning(content: string): string {
  const lines = content.split('\n');
  // set in, so that what is sent stands out from what is run
  return (lines.length <= 4 ? lines : [...lines.slice(0, 2), '…'])
    .map((line) => line && `  ${line}`)
    .join('\n');
}

function members(tar: Buffer): string {
  const listed = spawnSync('tar', ['-tf', '-'], { input: tar, encoding: 'utf8' });
  return `(a tar of ${listed.stdout.trim().split('\n').join(', ')})`;
}
