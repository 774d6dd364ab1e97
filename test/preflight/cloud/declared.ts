import type { GcpHost } from '../../../config/gcpHost.ts';
import type { Declaration, StateResource } from '../../../preflight/cloud/billable.ts';

/** A stack on Google Cloud, without a tunnel and without alerts. */
export function declaration(
  changes: Partial<Omit<Declaration, 'host'>> = {},
  host: Partial<GcpHost> = {},
): Declaration & { host: GcpHost } {
  const gcp: GcpHost = {
    kind: 'gcp',
    user: 'deploy',
    account: 'cortex',
    login: 'key',
    operators: [],
    project: 'my-project',
    zone: 'us-central1-a',
    machineType: 'e2-medium',
    bootDiskGb: 20,
    dataDiskGb: 20,
    egress: 'nat',
    snapshotDays: 14,
    deletionProtection: true,
    ...host,
  };
  return {
    host: gcp,
    tunnel: undefined,
    alerts: undefined,
    secretsFrom: 'config',
    secretVersions: {},
    ...changes,
  };
}

/** What an `up` of such a stack leaves in Pulumi's state. */
export function vmState(machineType = 'e2-medium', external = false): StateResource[] {
  const zone = 'us-central1-a';
  return [
    { type: 'pulumi:pulumi:Stack' },
    {
      type: 'gcp:compute/instance:Instance',
      inputs: {
        machineType,
        zone,
        bootDisk: { initializeParams: { size: 20 } },
        networkInterfaces: [external ? { accessConfigs: [{ networkTier: 'PREMIUM' }] } : { subnetwork: 'x' }],
      },
    },
    { type: 'gcp:compute/disk:Disk', inputs: { zone, size: 20 } },
    ...(external ? [] : [{ type: 'gcp:compute/routerNat:RouterNat', inputs: {} }]),
  ];
}
