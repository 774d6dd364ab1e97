import type { DiskHooks } from '../hooks.ts';
import type { Draft, Kind } from '../kind.ts';
import { withLabels } from './labels.ts';
import { fingerprint, given, nameFailure, nameIn, numericId, selfLink } from './names.ts';

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
    check: ({ name }) => nameFailure(name),
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

export const resourcePolicy: Kind = {
  configured: ['project', 'region'],
  replaces: {
    name: true,
    project: true,
    region: true,
    description: true,
    groupPlacementPolicy: true,
    instanceSchedulePolicy: true,
    diskConsistencyGroupPolicy: true,
    workloadPolicy: true,
  },
  check: ({ name }) => nameFailure(name),
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
