import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { flipUnderLoad } from '../../rehearsal/flip.ts';
import type { Rehearsal } from '../../rehearsal/rehearsal.ts';
import { expectClean, minutes, rehearse, well } from '../e2e/rehearse.ts';

let rehearsal: Rehearsal;
beforeAll(async () => {
  rehearsal = await rehearse();
  rehearsal.flag('docker');
  well(await rehearsal.up());
}, 20 * minutes);
afterAll(async () => {
  await rehearsal?.close();
}, minutes);

const flips = Array.from({ length: 10 }, (_, index) => index + 1).flatMap((nth) => [
  { nth, from: 'docker', to: 'podman' },
  { nth, from: 'podman', to: 'docker' },
]);

test.each(flips)(
  'flip $nth from $from to $to loses nothing',
  async ({ from, to }) => {
    rehearsal.flag(to);
    const { flip, report } = await flipUnderLoad(rehearsal, from, to, async () => well(await rehearsal.up()));
    process.stderr.write(
      `${from} to ${to}: ${flip.requests} requests, ${flip.lost} lost, ${flip.seconds} s\n`,
    );
    expect({ lost: flip.lost, failures: report.failures }).toEqual({ lost: 0, failures: {} });
    expect(Object.keys(report.runtimes).sort()).toEqual(['docker', 'podman']);
    await expectClean(rehearsal);
  },
  5 * minutes,
);
