import { afterAll, beforeAll, describe, test } from '@jest/globals';
import type { Rehearsal } from '../../rehearsal/rehearsal.ts';
import { minutes, rehearse, well } from '../e2e/rehearse.ts';
import { directions, giveUpSooner, roomForAll, suffer } from '../faults/fault.ts';
import { faults } from '../faults/table.ts';

let rehearsal: Rehearsal;
beforeAll(async () => {
  rehearsal = await rehearse();
  rehearsal.flag('docker');
  giveUpSooner(rehearsal);
  roomForAll(rehearsal);
  well(await rehearsal.up());
}, 20 * minutes);
afterAll(async () => {
  await rehearsal?.close();
}, minutes);

describe.each(faults)('$name', (fault) => {
  test.each(directions)(
    'from $from to $to',
    async (direction) => {
      await suffer(rehearsal, fault, direction);
    },
    10 * minutes,
  );
});
