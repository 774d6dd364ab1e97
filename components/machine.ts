import type * as pulumi from '@pulumi/pulumi';
import type { Config, SshHost } from '../config.ts';
import type { ContainerHostArgs } from './host.ts';
import { GcpVm } from './vm.ts';

/** A machine as `ContainerHost` wants it, and the resource that it goes with, where the stack made it. */
export interface Machine
  extends Pick<ContainerHostArgs, 'connection' | 'hostKey' | 'machine' | 'dataDisk' | 'bootSeconds'> {
  vm?: pulumi.Resource;
}

/** The machine that the stack's configuration asks for: a VM of its own, or one that exists. */
export function machineFor(name: string, { stack, host, rehearsal }: Config): Machine {
  switch (host.kind) {
    case 'gcp': {
      const { connection, hostKey, machine, dataDisk, vm } = new GcpVm(name, {
        stack,
        host,
        protectData: !rehearsal,
      });
      // IAP's tunnel and the guest agent's accounts follow the host keys by a minute or so
      return { connection, hostKey, machine, dataDisk, vm, bootSeconds: 300 };
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
