import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Rehearsal } from '../../rehearsal/rehearsal.ts';
import { minutes, rehearse, well } from '../e2e/rehearse.ts';
import { directions, giveUpSooner, row, suffer } from '../faults/fault.ts';
import { faults } from '../faults/table.ts';

let rehearsal: Rehearsal;
beforeAll(async () => {
  rehearsal = await rehearse();
  rehearsal.flag('docker');
  giveUpSooner(rehearsal);
  well(await rehearsal.up());
}, 20 * minutes);
afterAll(async () => {
  await rehearsal?.close();
}, minutes);

describe.each(faults)('$name', (fault) => {
  test.each(directions)(
    'from $from to $to',
    async (direction) => {
      const cost = await suffer(rehearsal, fault, direction);
      process.stderr.write(`${row(fault, direction, cost)}\n`);
      if (cost.lost > 0) process.stderr.write(`${JSON.stringify(cost.failures, null, 2)}\n`);
      expect(cost).toMatchObject(fault.outage === 0 ? { lost: 0, failures: {} } : {});
      expect(cost.outageSeconds).toBeLessThanOrEqual(fault.outage);
    },
    10 * minutes,
  );
});
