import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { generateValidator } from '../../compose/generateValidator.ts';

test('schemaValidator.cjs is what the schema says: else run node compose/generateValidator.ts', () => {
  const file = join(import.meta.dirname, '../../compose/schemaValidator.cjs');
  // not toBe: half a megabyte of a difference helps nobody
  expect(readFileSync(file, 'utf8') === generateValidator()).toBe(true);
});
