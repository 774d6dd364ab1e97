import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { countTests } from './tally.ts';
import { scratch } from './toolchain/scratch.ts';

const whole = {
  numPassedTests: 5,
  numFailedTests: 0,
  numPendingTests: 0,
  numTodoTests: 0,
  numRuntimeErrorTestSuites: 0,
};

test.each([
  ['all passed', {}, 0, { passed: 5, failed: 0 }],
  ['some failed', { numFailedTests: 2 }, 1, { passed: 5, failed: 2 }],
  ['some were skipped, which Jest takes for success', { numPendingTests: 1 }, 0, { passed: 5, failed: 1 }],
  ['some are still to be written', { numTodoTests: 1 }, 0, { passed: 5, failed: 1 }],
  ['a file did not compile', { numRuntimeErrorTestSuites: 1 }, 1, { passed: 5, failed: 1 }],
  ['no test was found', { numPassedTests: 0 }, 1, { passed: 0, failed: 1 }],
  ['Jest was killed after its report', {}, null, { passed: 5, failed: 1 }],
])('%s', (_what, results, exitCode, tally) => {
  const { path } = scratch({ 'results.json': JSON.stringify({ ...whole, ...results }) });
  expect(countTests(join(path, 'results.json'), exitCode)).toEqual(tally);
});

test('a run that left no report failed', () => {
  expect(countTests('/nowhere/results.json', 0)).toEqual({ passed: 0, failed: 1 });
});
