import { existsSync, readFileSync } from 'node:fs';

export interface Tally {
  passed: number;
  failed: number;
}

/** What is read of Jest's `--json` report. */
interface Results {
  numPassedTests: number;
  numFailedTests: number;
  /** skipped, by `skip`, by `only` elsewhere in the file, or by a name filter */
  numPendingTests: number;
  numTodoTests: number;
  /** files that did not get as far as running a test */
  numRuntimeErrorTestSuites: number;
}

/**
 * Counts a finished run of Jest. Nothing may be skipped: a test that did not run counts as failed, a file that
 * could not run as one, and a run that failed for any other reason, or left no report, as one too.
 */
export function countTests(file: string, exitCode: number | null): Tally {
  if (!existsSync(file)) return { passed: 0, failed: 1 };
  const results = JSON.parse(readFileSync(file, 'utf8')) as Results;
  const failed =
    results.numFailedTests +
    results.numPendingTests +
    results.numTodoTests +
    results.numRuntimeErrorTestSuites;
  return { passed: results.numPassedTests, failed: failed || (exitCode === 0 ? 0 : 1) };
}
