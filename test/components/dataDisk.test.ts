import { expect, test } from '@jest/globals';
import { DataDisk } from '../../components/dataDisk.ts';
import { declared, find } from './mocks.ts';

const labels = { project: 'cortex', stack: 'prod' };

test('a data disk has a snapshot each night, which outlives it', async () => {
  const resources = await declared(
    () =>
      new DataDisk('cortex', {
        named: 'cortex-prod',
        project: 'my-project',
        zone: 'europe-west1-b',
        region: 'europe-west1',
        sizeGb: 30,
        snapshotDays: 7,
        labels,
        keep: true,
      }),
  );
  expect(find(resources, 'Disk cortex-data')).toEqual({
    name: 'cortex-prod-data',
    project: 'my-project',
    zone: 'europe-west1-b',
    type: 'pd-balanced',
    size: 30,
    labels,
  });
  expect(find(resources, 'ResourcePolicy cortex-snapshots')).toEqual({
    name: 'cortex-prod-snapshots',
    project: 'my-project',
    region: 'europe-west1',
    snapshotSchedulePolicy: {
      schedule: { dailySchedule: { daysInCycle: 1, startTime: '04:00' } },
      retentionPolicy: { maxRetentionDays: 7, onSourceDiskDelete: 'KEEP_AUTO_SNAPSHOTS' },
      snapshotProperties: { labels, storageLocations: 'europe-west1' },
    },
  });
  expect(find(resources, 'DiskResourcePolicyAttachment cortex-data-snapshots')).toEqual({
    name: 'cortex-prod-snapshots',
    project: 'my-project',
    zone: 'europe-west1-b',
    disk: 'cortex-prod-data',
  });
});
