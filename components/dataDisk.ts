import * as disk from '@pulumi/gcp/compute/disk.js';
import * as attachment from '@pulumi/gcp/compute/diskResourcePolicyAttachment.js';
import * as resourcePolicy from '@pulumi/gcp/compute/resourcePolicy.js';
import * as pulumi from '@pulumi/pulumi';

export interface DataDiskArgs {
  /** what its parts are called on Google Cloud */
  named: string;
  project: string;
  zone: string;
  region: string;
  sizeGb: number;
  /** how long a daily snapshot is kept */
  snapshotDays: number;
  labels: Record<string, string>;
  /** neither a destroy nor a mistake deletes it */
  keep: boolean;
}

/** Google's udev rules link an attached disk as /dev/disk/by-id/google-<device name>. */
const deviceName = 'data';

/**
 * The volumes, on a disk of their own, so that the VM and its boot disk can be replaced under them. A snapshot
 * of it is made each night; snapshots outlive the disk.
 */
export class DataDisk extends pulumi.ComponentResource {
  /** for the VM */
  readonly attached: { source: pulumi.Output<string>; deviceName: string; mode: string };
  /** name under /dev/disk/by-id */
  readonly device = `google-${deviceName}`;

  constructor(name: string, args: DataDiskArgs, opts?: pulumi.ComponentResourceOptions) {
    super('cortex:index:DataDisk', name, {}, opts);
    const { named, project, zone, region, labels, keep } = args;
    const inside = { parent: this };

    const data = new disk.Disk(
      `${name}-data`,
      { name: `${named}-data`, project, zone, type: 'pd-balanced', size: args.sizeGb, labels },
      // protect: a destroy refuses. retainOnDelete: even where it was told not to, the disk itself stays.
      { ...inside, protect: keep, retainOnDelete: keep },
    );
    const schedule = new resourcePolicy.ResourcePolicy(
      `${name}-snapshots`,
      {
        name: `${named}-snapshots`,
        project,
        region,
        snapshotSchedulePolicy: {
          schedule: { dailySchedule: { daysInCycle: 1, startTime: '04:00' } },
          retentionPolicy: {
            maxRetentionDays: args.snapshotDays,
            onSourceDiskDelete: 'KEEP_AUTO_SNAPSHOTS',
          },
          snapshotProperties: { labels, storageLocations: region },
        },
      },
      inside,
    );
    new attachment.DiskResourcePolicyAttachment(
      `${name}-data-snapshots`,
      { name: schedule.name, project, zone, disk: data.name },
      inside,
    );
    this.attached = { source: data.selfLink, deviceName, mode: 'READ_WRITE' };
    this.registerOutputs({});
  }
}
