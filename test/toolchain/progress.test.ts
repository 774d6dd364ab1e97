import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { step } from '../../toolchain/progress.ts';

beforeEach(() => void jest.useFakeTimers());
afterEach(() => void jest.useRealTimers());

test('says what it does, every few seconds that it still does, and when it is done', async () => {
  const lines: string[] = [];
  const done = step(
    (line) => lines.push(line),
    'building',
    async ({ note }) => {
      await new Promise((resolve) => setTimeout(resolve, 7_000));
      note('3 of 4');
      await new Promise((resolve) => setTimeout(resolve, 5_000));
      return 'built';
    },
  );
  await jest.advanceTimersByTimeAsync(20_000);
  expect(await done).toBe('built');
  expect(lines).toEqual(['building', '  5 s', '  10 s: 3 of 4', '  done in 12 s']);
});

test('is quiet after a failure', async () => {
  const lines: string[] = [];
  const failed = step(
    (line) => lines.push(line),
    'building',
    () => Promise.reject(new Error('no')),
  );
  await expect(failed).rejects.toThrow('no');
  await jest.advanceTimersByTimeAsync(20_000);
  expect(lines).toEqual(['building']);
});
