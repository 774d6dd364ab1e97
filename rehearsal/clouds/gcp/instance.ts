import { randomUUID } from 'node:crypto';
import { isObject, type PropertyValue, type Props, Unknown } from '../../../provider/rpc/value.ts';
import type { VmHooks, VmRequest } from '../hooks.ts';
import { type Draft, type Kind, objects, text } from '../kind.ts';
import { resolve } from '../references.ts';
import type { Rule } from '../rules.ts';
import type { PlainProps } from '../store.ts';
import { withLabels } from './labels.ts';
import { fingerprint, given, nameIn, nameRule, numericId, selfLink } from './names.ts';
import { labels, schema } from './rules.ts';

/** Changes for which the machine has to be stopped. */
const stopping = [
  'machineType',
  'minCpuPlatform',
  'serviceAccount',
  'enableDisplay',
  'shieldedInstanceConfig',
  'advancedMachineFeatures',
];

const instanceSchema = (what: string) => schema('compute_instance', what);

const rules: Rule[] = [
  nameRule,
  labels('labels'),
  labels('bootDisk.initializeParams.labels'),
  {
    rule: 'matches',
    at: 'machineType',
    pattern: /^[a-z]\w*-[a-z0-9-]+$/,
    expected: "a machine type, such as 'e2-medium'",
    source: 'https://cloud.google.com/compute/docs/machine-resource',
  },
  {
    rule: 'atMostOne',
    in: 'bootDisk',
    of: ['initializeParams', 'source'],
    source: instanceSchema('ConflictsWith'),
  },
  {
    rule: 'atMostOne',
    in: 'bootDisk',
    of: ['diskEncryptionKeyRaw', 'kmsKeySelfLink'],
    source: instanceSchema('ConflictsWith'),
  },
  ...['bootDisk.mode', 'attachedDisks.mode'].map((at) => ({
    rule: 'values' as const,
    at,
    values: ['READ_WRITE', 'READ_ONLY'],
    source: instanceSchema('mode'),
  })),
  // Debian's own images are of 10 GB
  {
    rule: 'range',
    at: 'bootDisk.initializeParams.size',
    min: 10,
    max: 65536,
    source: 'https://cloud.google.com/compute/docs/images/os-details',
  },
  {
    rule: 'atLeastOne',
    in: 'networkInterfaces',
    of: ['network', 'subnetwork', 'networkAttachment'],
    source: instanceSchema('network_interface'),
  },
  {
    rule: 'values',
    at: 'networkInterfaces.accessConfigs.networkTier',
    values: ['PREMIUM', 'FIXED_STANDARD', 'STANDARD'],
    source: instanceSchema('network_tier'),
  },
  {
    rule: 'values',
    at: 'networkInterfaces.nicType',
    values: ['GVNIC', 'VIRTIO_NET', 'IDPF', 'MRDMA', 'IRDMA'],
    source: instanceSchema('nic_type'),
  },
];

export function instance(hooks: VmHooks): Kind {
  return {
    configured: ['project', 'zone'],
    // As in the provider's own schema (ForceNew), where the typings are silent.
    replaces: {
      name: true,
      project: true,
      zone: true,
      description: true,
      hostname: true,
      metadataStartupScript: true,
      bootDisk: true,
      scratchDisks: true,
      guestAccelerators: true,
      confidentialInstanceConfig: true,
      networkPerformanceConfig: true,
      reservationAffinity: true,
      keyRevocationActionType: true,
      params: true,
      'networkInterfaces[]': true,
      'networkInterfaces.network': true,
      'networkInterfaces.nicType': true,
      'networkInterfaces.queueCount': true,
      'scheduling.preemptible': true,
      'scheduling.provisioningModel': true,
      'scheduling.localSsdRecoveryTimeouts': true,
    },
    references: {
      'networkInterfaces.network': 'gcp:compute/network:Network',
      'networkInterfaces.subnetwork': 'gcp:compute/subnetwork:Subnetwork',
      'attachedDisks.source': 'gcp:compute/disk:Disk',
      'serviceAccount.email': 'gcp:serviceaccount/account:Account',
    },
    rules,
    check: ({ metadata, metadataStartupScript }) =>
      metadataStartupScript !== undefined && isObject(metadata) && 'startup-script' in metadata
        ? [
            {
              property: 'metadataStartupScript',
              reason: `metadataStartupScript and metadata['startup-script'] exclude each other (${instanceSchema('metadata_startup_script')})`,
            },
          ]
        : [],
    id: (draft) =>
      `projects/${given(draft, 'project')}/zones/${given(draft, 'zone')}/instances/${given(draft, 'name')}`,
    async create(draft, id) {
      const { networkIp } = await hooks.create(request(draft));
      return {
        outputs: {
          selfLink: selfLink(id),
          // never the same twice: what follows a machine is told apart from what followed its predecessor of the same name
          instanceId: numericId(`${id} ${randomUUID()}`),
          creationTimestamp: new Date().toISOString(),
          cpuPlatform: 'Intel Broadwell',
          currentStatus: 'RUNNING',
          networkInterfaces: interfaces(draft.inputs, networkIp),
          ...changing(draft.inputs),
        },
        hidden: { networkIp },
      };
    },
    async read(stored) {
      return (await hooks.exists(String(stored.inputs.name))) ? stored.outputs : undefined;
    },
    async update(draft, stored) {
      const stopped = stopping.filter(
        (property) => fingerprint(draft.inputs[property]) !== fingerprint(stored.inputs[property]),
      );
      if (stopped.length > 0 && draft.inputs.allowStoppingForUpdate !== true) {
        throw new Error(
          `changing ${stopped.join(', ')} of '${given(draft, 'name')}' means stopping it: set allowStoppingForUpdate to true`,
        );
      }
      await hooks.update(request(draft));
      return {
        outputs: {
          networkInterfaces: interfaces(draft.inputs, String(stored.hidden.networkIp)),
          ...changing(draft.inputs),
        },
      };
    },
    async delete(stored) {
      const name = String(stored.inputs.name);
      if (stored.inputs.deletionProtection === true) {
        throw new Error(`'${name}' is protected: set deletionProtection to false, and run 'pulumi up' first`);
      }
      await hooks.destroy(name);
    },
    preview: (inputs: Props) => ({
      ...inputs,
      networkInterfaces: Array.isArray(inputs.networkInterfaces)
        ? inputs.networkInterfaces.map(unknownAddress)
        : Unknown,
    }),
  };
}

/** The computed properties that an update may change. */
function changing(inputs: PlainProps): PlainProps {
  return {
    labelFingerprint: fingerprint(inputs.labels),
    metadataFingerprint: fingerprint(inputs.metadata),
    tagsFingerprint: fingerprint(inputs.tags),
    ...withLabels(inputs),
  };
}

function interfaces(inputs: PlainProps, networkIp: string): PlainProps[] {
  return objects(inputs.networkInterfaces).map((one, index) => ({
    name: `nic${index}`,
    stackType: 'IPV4_ONLY',
    ...one,
    networkIp: one.networkIp ?? networkIp,
    // of the range that is for documentation
    ...(one.accessConfigs !== undefined && {
      accessConfigs: objects(one.accessConfigs).map((config) => ({ natIp: '203.0.113.10', ...config })),
    }),
  }));
}

function unknownAddress(one: PropertyValue): PropertyValue {
  return isObject(one) ? { name: Unknown, networkIp: Unknown, ...one } : one;
}

/** The machine with the names of what it refers to. */
function request(draft: Draft): VmRequest {
  const { inputs, cloud } = draft;
  const serviceAccount = inputs.serviceAccount as PlainProps | undefined;
  return {
    name: given(draft, 'name'),
    zone: given(draft, 'zone'),
    machineType: given(draft, 'machineType'),
    metadata: { ...(inputs.metadata as Record<string, string> | undefined) },
    networkInterfaces: objects(inputs.networkInterfaces).map((one) => ({
      network: nameIn(text(one.network) ?? ''),
      subnetwork: nameIn(text(one.subnetwork) ?? ''),
      publicIp: objects(one.accessConfigs).length > 0,
    })),
    attachedDisks: objects(inputs.attachedDisks).map((one, index) => {
      const { inputs: disk, outputs } = resolve(cloud.store, 'gcp:compute/disk:Disk', String(one.source));
      return {
        name: String(disk.name),
        deviceName: text(one.deviceName) ?? `persistent-disk-${index + 1}`,
        sizeGb: Number(outputs.size),
        readOnly: one.mode === 'READ_ONLY',
      };
    }),
    serviceAccount: text(serviceAccount?.email),
    tags: Array.isArray(inputs.tags) ? inputs.tags.map(String) : [],
  };
}
