import type * as pulumi from '@pulumi/pulumi';
import type { Config, SshHost } from '../config.ts';
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
  }
}

function existing({ address, port, user, identityFile, proxyCommand, hostKey }: SshHost): Machine {
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
