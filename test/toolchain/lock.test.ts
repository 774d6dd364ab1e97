import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { withLock } from '../../toolchain/lock.ts';

let directory: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'lock-'));
});
afterAll(() => rmSync(directory, { recursive: true }));

test('one at a time', async () => {
  const file = join(directory, 'a', 'lock');
  let inside = 0;
  const work = async (): Promise<number> => {
    inside += 1;
    await sleep(30);
    const seen = inside;
    inside -= 1;
    return seen;
  };
  expect(await Promise.all([1, 2, 3].map(() => withLock(file, work)))).toEqual([1, 1, 1]);
});

test('is free again after an error', async () => {
  const file = join(directory, 'b');
  const failing = withLock(file, () => Promise.reject(new Error('went wrong')));
  await expect(failing).rejects.toThrow('went wrong');
  expect(await withLock(file, () => Promise.resolve('free'))).toBe('free');
});
