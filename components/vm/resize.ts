import { getInstance } from '@pulumi/gcp/compute/getInstance.js';
import * as pulumi from '@pulumi/pulumi';
import type { GcpHost } from '../../config.ts';

/** A VM as Google has it now. */
export interface PresentVm {
  machineType?: string;
  deletionProtection?: boolean;
  bootDiskGb?: number;
}

type WantedVm = Pick<GcpHost, 'machineType' | 'bootDiskGb'>;

/** What a change of the VM means for those who use it: the engine's diff shows a change of a property, no more. */
export function notices(name: string, present: PresentVm, wanted: WantedVm): string[] {
  const { machineType = wanted.machineType, bootDiskGb = wanted.bootDiskGb } = present;
  const resized =
    `cortex:host.machineType ${machineType} => ${wanted.machineType} restarts VM ${name}: nothing is served for a ` +
    'minute or two. Data stays, and the services come back by themselves.';
  const replaced =
    `cortex:host.bootDiskGb ${bootDiskGb} => ${wanted.bootDiskGb} replaces VM ${name}: nothing is served until the ` +
    'next one is set up, some minutes. The data disk stays.';
  const refused = ` It is refused as long as the VM is protected: first set cortex:host.deletionProtection to false, and pulumi up.`;
  return [
    ...(machineType === wanted.machineType ? [] : [resized]),
    ...(bootDiskGb === wanted.bootDiskGb ? [] : [replaced + (present.deletionProtection ? refused : '')]),
  ];
}

/** Says so in the preview, and in the update. Where there is no VM yet, or none that can be read, there is nothing to say. */
export function sayWhatChanges(
  vm: { name: string; project: string; zone: string },
  wanted: WantedVm,
  opts: pulumi.InvokeOptions,
): void {
  getInstance(vm, opts).then(
    ({ machineType, deletionProtection, bootDisks }) => {
      const bootDiskGb = bootDisks?.[0]?.initializeParams?.[0]?.size;
      for (const notice of notices(vm.name, { machineType, deletionProtection, bootDiskGb }, wanted))
        void pulumi.log.warn(notice);
    },
    () => {},
  );
}
