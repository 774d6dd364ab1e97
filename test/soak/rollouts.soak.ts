import { afterAll, expect, test } from '@jest/globals';
import { tryRollouts } from '../provider/host/rollouts.ts';
import { TempHost } from '../provider/host/tempHost.ts';

const host = new TempHost();
afterAll(() => host.remove());

const minutes = 10;

test(
  'ten minutes of random changes, failures and crashes',
  () => {
    const bounds = {
      numRuns: 100_000,
      interruptAfterTimeLimit: minutes * 60_000,
      markInterruptAsFailure: false,
    };
    const runs = tryRollouts(host, 6, bounds);
    process.stderr.write(`${runs} sequences\n`);
    expect(runs).toBeGreaterThan(20);
  },
  (minutes + 5) * 60_000,
);
