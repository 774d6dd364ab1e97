import { regionOf } from '../../config/gcp/zones.ts';
import type { ParsedConfig } from '../../config/parse.ts';
import type { Tunnel } from './tunnel.ts';

/** What is billed for being there, whether it is used or not. */
export type Billable =
  | { kind: 'vm'; machineType: string; region: string }
  | { kind: 'bootDisk' | 'dataDisk'; sizeGb: number; region: string }
  /** one VM behind it, and its address */
  | { kind: 'nat' }
  | { kind: 'address' }
  | { kind: 'alerts'; conditions: number }
  | { kind: 'secrets'; versions: number };

/** What is looked at of a stack's configuration. */
export interface Declaration
  extends Pick<ParsedConfig, 'host' | 'alerts' | 'secretsFrom' | 'secretVersions'> {
  tunnel: Tunnel | undefined;
}

/** A resource as Pulumi's state has it. */
export interface StateResource {
  type: string;
  inputs?: Record<string, unknown>;
}

/** VM down, a disk full, restarts; and the tunnel where there is one: components/monitoring.ts. */
const alertConditions = 3;

/** What the configuration asks for. */
export function declaredBillables(declared: Declaration): Billable[] {
  const { host, tunnel, alerts, secretsFrom, secretVersions } = declared;
  if (host.kind !== 'gcp') return [];
  const region = regionOf(host.zone);
  const versions = secretsFrom === 'secretManager' ? Object.keys(secretVersions).length : 0;
  return [
    { kind: 'vm', machineType: host.machineType, region },
    { kind: 'bootDisk', sizeGb: host.bootDiskGb, region },
    { kind: 'dataDisk', sizeGb: host.dataDiskGb, region },
    host.egress === 'nat' ? { kind: 'nat' } : { kind: 'address' },
    ...(alerts ? [{ kind: 'alerts', conditions: alertConditions + (tunnel ? 1 : 0) } as const] : []),
    ...(versions > 0 ? [{ kind: 'secrets', versions } as const] : []),
  ];
}

interface VmInputs {
  machineType?: string;
  zone?: string;
  bootDisk?: { initializeParams?: { size?: number } };
  networkInterfaces?: { accessConfigs?: unknown[] }[];
}

/**
 * What the last `up` left. Versions of secrets are not in the state, because the stack reads them only: there,
 * those that are declared count as kept.
 */
export function appliedBillables(resources: readonly StateResource[], declared: Declaration): Billable[] {
  const inputs = (type: string) =>
    resources.filter((resource) => resource.type === type).map((resource) => resource.inputs ?? {});
  const vms = inputs('gcp:compute/instance:Instance') as VmInputs[];
  const disks = inputs('gcp:compute/disk:Disk') as { zone?: string; size?: number }[];
  const alerts = inputs('gcp:monitoring/alertPolicy:AlertPolicy') as { conditions?: unknown[] }[];
  const conditions = alerts.reduce((sum, alert) => sum + (alert.conditions?.length ?? 0), 0);
  return [
    ...vms.flatMap(({ machineType = '', zone = '', bootDisk, networkInterfaces }): Billable[] => [
      { kind: 'vm', machineType, region: regionOf(zone) },
      { kind: 'bootDisk', sizeGb: bootDisk?.initializeParams?.size ?? 0, region: regionOf(zone) },
      ...(networkInterfaces ?? []).flatMap(({ accessConfigs = [] }) =>
        accessConfigs.map((): Billable => ({ kind: 'address' })),
      ),
    ]),
    ...disks.map(
      ({ zone = '', size = 0 }): Billable => ({ kind: 'dataDisk', sizeGb: size, region: regionOf(zone) }),
    ),
    ...inputs('gcp:compute/routerNat:RouterNat').map((): Billable => ({ kind: 'nat' })),
    ...(conditions > 0 ? [{ kind: 'alerts', conditions } as const] : []),
    ...declaredBillables(declared).filter(({ kind }) => kind === 'secrets'),
  ];
}
