import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Rehearsal } from '../../rehearsal/rehearsal.ts';
import { runtimeNames } from '../../spec/service.ts';
import { figures, type Result, tamper } from '../drift/run.ts';
import { batches } from '../drift/table.ts';
import { minutes, rehearse, well } from '../e2e/rehearse.ts';
import { setFlag } from '../faults/fault.ts';

let rehearsal: Rehearsal;
beforeAll(async () => {
  rehearsal = await rehearse();
}, 20 * minutes);
afterAll(async () => {
  await rehearsal?.close();
}, 5 * minutes);

describe.each(runtimeNames)('under %s', (runtime) => {
  const all: Result[] = [];

  test(
    'the stack runs there',
    async () => {
      setFlag(rehearsal, runtime);
      well(await rehearsal.up());
    },
    10 * minutes,
  );

  test.each(Object.keys(batches))(
    '%s: named, attributed, and mended or left alone',
    async (name) => {
      const { results, named, after } = await tamper(rehearsal, runtime, batches[name] ?? []);
      all.push(...results);
      const right = results.map(({ what }) => ({ what, detected: true, attributed: true, mended: true }));
      if (JSON.stringify(results) !== JSON.stringify(right))
        process.stderr.write(`${named}\n--- after up\n${after}\n`);
      expect(results).toEqual(right);
    },
    10 * minutes,
  );

  test('at least forty kinds', () => {
    process.stderr.write(`${figures(runtime, all)}\n`);
    expect(all.length).toBeGreaterThanOrEqual(40);
  });
});
