import { expect, test } from '@jest/globals';
import { diskSetup } from '../../../rehearsal/vm/disk.ts';

test('a data disk has the name that the cloud gives it', () => {
  const disk = { deviceName: 'data', file: '/disks/data', sizeBytes: 1 };
  expect(diskSetup(0, disk)).toEqual({
    device: '/dev/sdb',
    tmpfiles: 'L+ /dev/disk/by-id/google-data - - - - ../../sdb\n',
  });
  expect(diskSetup(1, disk).device).toBe('/dev/sdc');
});
