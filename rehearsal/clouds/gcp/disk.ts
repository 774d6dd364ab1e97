import type { DiskHooks } from '../hooks.ts';
import type { Draft, Kind } from '../kind.ts';
import { withLabels } from './labels.ts';
import { fingerprint, given, nameIn, nameRule, numericId, selfLink } from './names.ts';
import { labels, schema } from './rules.ts';

/** Google's default for an empty disk. */
const defaultSizeGb = 500;

export function disk(hooks: DiskHooks): Kind {
  return {
    configured: ['project', 'zone'],
    replaces: {
      name: true,
      project: true,
      zone: true,
      type: true,
      image: true,
      snapshot: true,
      description: true,
      physicalBlockSizeBytes: true,
      sourceDisk: true,
      sourceInstantSnapshot: true,
      sourceStorageObject: true,
      diskEncryptionKey: true,
      sourceImageEncryptionKey: true,
      sourceSnapshotEncryptionKey: true,
      enableConfidentialCompute: true,
      multiWriter: true,
      storagePool: true,
      architecture: true,
      asyncPrimaryDisk: true,
      guestOsFeatures: true,
      licenses: true,
      params: true,
      // Google can only make a disk larger.
      size: (old, now) => Number(now ?? defaultSizeGb) < Number(old ?? defaultSizeGb),
    },
    rules: [
      nameRule,
      labels('labels'),
      {
        rule: 'matches',
        at: 'type',
        pattern: /(^|\/)(pd-(standard|balanced|ssd|extreme)|hyperdisk-[a-z-]+)$/,
        expected: 'pd-standard, pd-balanced, pd-ssd, pd-extreme or a Hyperdisk',
        source: 'https://cloud.google.com/compute/docs/disks',
      },
      {
        rule: 'range',
        at: 'size',
        min: 1,
        max: 65536,
        source: 'https://cloud.google.com/compute/docs/disks/persistent-disks',
      },
      {
        rule: 'atMostOne',
        of: ['image', 'snapshot', 'sourceDisk', 'sourceInstantSnapshot', 'sourceStorageObject'],
        source: 'https://cloud.google.com/compute/docs/reference/rest/v1/disks/insert',
      },
    ],
    id: (draft) =>
      `projects/${given(draft, 'project')}/zones/${given(draft, 'zone')}/disks/${given(draft, 'name')}`,
    async create(draft, id) {
      await hooks.create({ name: given(draft, 'name'), sizeGb: sizeOf(draft) });
      return {
        outputs: {
          selfLink: selfLink(id),
          diskId: numericId(id),
          creationTimestamp: new Date().toISOString(),
          labelFingerprint: fingerprint(draft.inputs.labels),
          size: sizeOf(draft),
          type: String(draft.inputs.type ?? 'pd-standard'),
          physicalBlockSizeBytes: 4096,
          users: [],
          ...withLabels(draft.inputs),
        },
      };
    },
    async read(stored) {
      return (await hooks.exists(String(stored.inputs.name))) ? stored.outputs : undefined;
    },
    async update(draft, stored) {
      if (sizeOf(draft) !== stored.outputs.size) {
        await hooks.resize({ name: given(draft, 'name'), sizeGb: sizeOf(draft) });
      }
      return {
        outputs: {
          size: sizeOf(draft),
          labelFingerprint: fingerprint(draft.inputs.labels),
          ...withLabels(draft.inputs),
        },
      };
    },
    delete: (stored) => hooks.destroy(String(stored.inputs.name)),
  };
}

const policySchema = (what: string) => schema('compute_resource_policy', what);
const schedule = 'snapshotSchedulePolicy.schedule';

/** What it says can be changed in place; what it is for cannot. */
export const resourcePolicy: Kind = {
  configured: ['project', 'region'],
  replaces: {
    name: true,
    project: true,
    region: true,
    workloadPolicy: true,
    'diskConsistencyGroupPolicy.enabled': true,
    'groupPlacementPolicy.gpuTopology': true,
    'groupPlacementPolicy.tpuTopology': true,
  },
  rules: [
    nameRule,
    {
      rule: 'atMostOne',
      of: [
        'diskConsistencyGroupPolicy',
        'groupPlacementPolicy',
        'instanceSchedulePolicy',
        'snapshotSchedulePolicy',
      ],
      source: policySchema('ConflictsWith'),
    },
    {
      rule: 'exactlyOne',
      in: schedule,
      of: ['dailySchedule', 'hourlySchedule', 'weeklySchedule'],
      source: policySchema('ExactlyOneOf'),
    },
    {
      rule: 'range',
      at: `${schedule}.dailySchedule.daysInCycle`,
      min: 1,
      max: 1,
      source: policySchema('days_in_cycle: must be 1'),
    },
    {
      rule: 'matches',
      at: `${schedule}.dailySchedule.startTime`,
      pattern: /^(00|04|08|12|16|20):00$/,
      expected: '00:00, 04:00, 08:00, 12:00, 16:00 or 20:00',
      source: policySchema('start_time'),
    },
    {
      rule: 'matches',
      at: `${schedule}.hourlySchedule.startTime`,
      pattern: /^([01]\d|2[0-3]):00$/,
      expected: 'a full hour, such as 21:00',
      source: policySchema('start_time'),
    },
    {
      rule: 'atLeastOne',
      in: 'snapshotSchedulePolicy.snapshotProperties',
      of: ['guestFlush', 'labels', 'storageLocations'],
      source: policySchema('AtLeastOneOf'),
    },
    {
      rule: 'atLeastOne',
      in: 'instanceSchedulePolicy',
      of: ['vmStartSchedule', 'vmStopSchedule'],
      source: policySchema('AtLeastOneOf'),
    },
    {
      rule: 'range',
      at: 'snapshotSchedulePolicy.retentionPolicy.maxRetentionDays',
      min: 1,
      max: 65535,
      source: 'https://cloud.google.com/compute/docs/disks/scheduled-snapshots',
    },
    labels('snapshotSchedulePolicy.snapshotProperties.labels'),
  ],
  id: (draft) =>
    `projects/${given(draft, 'project')}/regions/${given(draft, 'region')}/resourcePolicies/${given(draft, 'name')}`,
  create: (_draft, id) => ({ outputs: { selfLink: selfLink(id) } }),
};

export const diskResourcePolicyAttachment: Kind = {
  configured: ['project', 'zone'],
  replaces: { name: true, project: true, zone: true, disk: true },
  references: { name: 'gcp:compute/resourcePolicy:ResourcePolicy', disk: 'gcp:compute/disk:Disk' },
  id: (draft) =>
    [given(draft, 'project'), given(draft, 'zone'), nameIn(given(draft, 'disk')), given(draft, 'name')].join(
      '/',
    ),
};

function sizeOf({ inputs }: Draft): number {
  return Number(inputs.size ?? defaultSizeGb);
}
