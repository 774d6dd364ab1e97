import type { Account } from '../runtimes/runtime.ts';
import type { Hold } from '../spec/hold.ts';
import type { Probe } from '../spec/probe.ts';
import type { RuntimeName, ServiceSpec } from '../spec/service.ts';
import type { ExternalVolume } from '../spec/volume.ts';
import type { Connection } from './ssh/args.ts';

export type { Account };

/**
 * A host as resources know it. `machineId` and `hostKey` are its identity: a changed one means that
 * everything on the old host is gone. `connection` is how to get there in this run; its changes are no diff.
 */
export interface Host {
  machineId: string;
  /** as in a known-hosts file: `ssh-ed25519 AAAA…` */
  hostKey: string;
  account: Account;
  connection: Connection;
}

/** What the proxy must know of a service before its first instance exists. */
export interface ProxyService {
  ports: ServiceSpec['ports'];
  hold: Hold;
}

/** Registry host -> how to log in there. */
export type Registries = Record<string, { username: string; password: string }>;

/** Inputs of `Setup`: what all services of a host stand on. */
export interface SetupInputs {
  host: Host;
  stack: string;
}

/** Inputs of `Proxy`: virtual addresses and listeners of all services of a stack on a host. */
export interface ProxyInputs {
  host: Host;
  stack: string;
  services: Record<string, ProxyService>;
}

/** Inputs of `Images`: what both engines of a host have, before an instance is made of it. */
export interface ImagesInputs {
  host: Host;
  stack: string;
  images: string[];
  /** always a Pulumi secret; a change of credentials changes nothing on the host */
  registries?: Registries;
}

/** Inputs of `Instance`. It is immutable: every change of these replaces it. */
export interface InstanceInputs {
  host: Host;
  stack: string;
  runtime: RuntimeName;
  /** physical name; the provider makes one up, `<service>-<7 hex>` */
  name?: string;
  spec: ServiceSpec;
  /** the values of `spec.secrets`, by secret; always a Pulumi secret */
  secrets: Record<string, string>;
  /** what it must say of itself before it takes over */
  probe?: Probe;
}

/** Inputs of `Volume`: a volume of an engine, carried into the stack's own. */
export interface VolumeInputs {
  host: Host;
  stack: string;
  /** in the stack */
  volume: string;
  /** in its engine */
  external: string;
  source: ExternalVolume['source'];
}

/** Inputs of `Slot`: which instance serves. Updated in place. */
export interface SlotInputs {
  host: Host;
  stack: string;
  service: string;
  /** physical name of the instance */
  instance: string;
}
