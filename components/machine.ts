import type * as pulumi from '@pulumi/pulumi';
import type { Config } from '../config.ts';
import { machineConnection } from '../provider/podmanMachine.ts';
import type { Connection } from '../provider/ssh/args.ts';
import type { ContainerHostArgs } from './host.ts';
import { GcpVm, type VmFacts } from './vm.ts';

/** A machine as `ContainerHost` wants it, and the resource that it goes with, where the stack made it. */
export interface Machine
  extends Pick<
    ContainerHostArgs,
    'connection' | 'hostKey' | 'machine' | 'hardware' | 'dataDisk' | 'bootSeconds'
  > {
  vm?: pulumi.Resource;
  /** what the rest of Google Cloud needs to know of that VM */
  cloud?: VmFacts;
}

/** The machine that the stack's configuration asks for: a VM of its own, or one that exists. */
export function machineFor(name: string, { stack, host, rehearsal }: Config): Machine {
  switch (host.kind) {
    case 'gcp': {
      const { connection, hostKey, machine, dataDisk, vm, facts } = new GcpVm(name, {
        stack,
        host,
        keepData: !rehearsal,
      });
      // a resize restarts it, so that what follows has to wait; a disk that grew has a file system to grow
      const hardware = [host.machineType, `${host.dataDiskGb} GB`];
      // IAP's tunnel and the guest agent's accounts follow the host keys by a minute or so
      return { connection, hostKey, machine, hardware, dataDisk, vm, cloud: facts, bootSeconds: 300 };
    }
    case 'ssh':
      return existing(host);
    case 'podman-machine':
      return existing({ ...machineConnection(host.machine), hostKey: host.hostKey });
  }
}

function existing({
  address,
  port,
  user,
  identityFile,
  proxyCommand,
  hostKey,
}: Connection & { hostKey: string }): Machine {
  return {
    connection: {
      address,
      port,
      user,
      ...(identityFile && { identityFile }),
      ...(proxyCommand && { proxyCommand }),
    },
    hostKey,
    // it is what shows this key
    machine: hostKey,
    bootSeconds: 20,
  };
}
