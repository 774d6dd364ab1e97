/**
 * The provider's resources as a program sees them. The classes only register: what they mean, and when
 * they are replaced, is the provider's business.
 */
import * as pulumi from '@pulumi/pulumi';
import { compactSpec } from '../spec/compact.ts';
import type { WithContent } from '../spec/config.ts';
import type { Probe } from '../spec/probe.ts';
import type { RuntimeName } from '../spec/service.ts';
import type { Account, InstanceInputs, ProxyInputs, Registries, VolumeInputs } from './inputs.ts';
import type { Connection } from './ssh/args.ts';

/** A host in two texts: apart from each other, so that an unknown connection does not make the identity unknown. */
export interface HostArgs {
  /** which machine it is, and whose containers it runs */
  host: pulumi.Input<string>;
  /** how to get there */
  connection: pulumi.Input<string>;
}

/** A host as resources name it (see compact.ts). */
export function hostArgs(of: {
  machineId: pulumi.Input<string>;
  account: pulumi.Input<Account>;
  hostKey: pulumi.Input<string>;
  connection: pulumi.Input<Connection>;
}): HostArgs {
  const { machineId, account, hostKey, connection } = of;
  return {
    host: pulumi.jsonStringify({ machineId, account }),
    connection: pulumi.jsonStringify(
      pulumi.all([hostKey, connection]).apply(([key, way]) => ({ ...way, hostKey: key })),
    ),
  };
}

export interface SetupArgs extends HostArgs {
  stack: pulumi.Input<string>;
}

/** What the set-up of a host gave it, and what has to stay: there before the proxy, and mended before anything else. */
export class Setup extends pulumi.CustomResource {
  constructor(name: string, args: SetupArgs, opts?: pulumi.CustomResourceOptions) {
    super('containerhost:index:Setup', name, { ...args }, opts);
  }
}

export interface ProxyArgs extends HostArgs {
  stack: pulumi.Input<string>;
  services: pulumi.Input<ProxyInputs['services']>;
}

/** One per stack and host: addresses and listeners of all services, there before any instance. */
// biome-ignore lint/suspicious/noShadowRestrictedNames: what the provider calls it; nothing here needs the global
export class Proxy extends pulumi.CustomResource {
  constructor(name: string, args: ProxyArgs, opts?: pulumi.CustomResourceOptions) {
    super('containerhost:index:Proxy', name, { ...args }, opts);
  }
}

export interface ImagesArgs extends HostArgs {
  stack: pulumi.Input<string>;
  images: pulumi.Input<string[]>;
  registries?: pulumi.Input<Registries>;
}

/** The images of a stack, in both engines of the host, before anything that serves is touched. */
export class Images extends pulumi.CustomResource {
  constructor(name: string, args: ImagesArgs, opts?: pulumi.CustomResourceOptions) {
    const registries = args.registries && pulumi.secret(args.registries);
    const secretOutputs = { additionalSecretOutputs: ['registries'] };
    super(
      'containerhost:index:Images',
      name,
      { ...args, registries },
      pulumi.mergeOptions(opts, secretOutputs),
    );
  }
}

/** A spec whose image may be known later: one that is built, or whose digest a registry has to tell. */
export type SpecArgs = Omit<WithContent<pulumi.Output<string>>, 'image'> & { image: pulumi.Input<string> };

export interface InstanceArgs extends HostArgs {
  stack: pulumi.Input<string>;
  runtime: pulumi.Input<RuntimeName>;
  /** default: made up by the provider, `<service>-<7 hex>` */
  name?: pulumi.Input<InstanceInputs['name']>;
  spec: SpecArgs;
  /** the values of `spec.secrets`, by secret */
  secrets: Record<string, pulumi.Input<string>>;
  /** what it must say of itself before it takes over */
  probe?: pulumi.Input<Probe>;
}

/** One container of a service on one runtime. Immutable: every change replaces it. */
export class Instance extends pulumi.CustomResource {
  /** container and unit name */
  declare readonly name: pulumi.Output<string>;

  constructor(name: string, args: InstanceArgs, opts?: pulumi.CustomResourceOptions) {
    const secrets = Object.keys(args.secrets).length > 0 ? pulumi.secret(args.secrets) : undefined;
    // what the provider reads back from the host is wrapped as well
    const secretOutputs = { additionalSecretOutputs: ['secrets'] };
    super(
      'containerhost:index:Instance',
      name,
      { ...args, name: args.name, spec: compactSpec(args.spec), secrets },
      pulumi.mergeOptions(opts, secretOutputs),
    );
  }
}

export interface VolumeArgs extends HostArgs {
  stack: pulumi.Input<string>;
  volume: pulumi.Input<string>;
  external: pulumi.Input<string>;
  source: pulumi.Input<VolumeInputs['source']>;
}

/** A volume of an engine, carried into the stack's own before anything mounts it. */
export class Volume extends pulumi.CustomResource {
  constructor(name: string, args: VolumeArgs, opts?: pulumi.CustomResourceOptions) {
    super('containerhost:index:Volume', name, { ...args }, opts);
  }
}

export interface SlotArgs extends HostArgs {
  stack: pulumi.Input<string>;
  service: pulumi.Input<string>;
  /** physical name of the instance that serves */
  instance: pulumi.Input<string>;
}

/** Which instance of a service serves. Switched in place, once the new instance is healthy. */
export class Slot extends pulumi.CustomResource {
  constructor(name: string, args: SlotArgs, opts?: pulumi.CustomResourceOptions) {
    super('containerhost:index:Slot', name, { ...args }, opts);
  }
}
