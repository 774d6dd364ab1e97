import * as pulumi from '@pulumi/pulumi';
import type { Compose } from '../compose/load.ts';
import { declaredName, isConnector, withReplicas } from '../config/connector.ts';
import { ConfigError, type Problem } from '../config/problem.ts';
import { rulesConfig } from '../config/tunnel.ts';
import type { Config } from '../config.ts';
import { Proxy as HostProxy, Images, Instance, Setup, Slot, Volume } from '../provider/resources.ts';
import { withConfig } from '../spec/config.ts';
import { holdLimits } from '../spec/hold.ts';
import { type OwnershipProblem, sharedRuntimeProblems } from '../spec/ownership.ts';
import { type RuntimeName, type ServiceSpec, secretNames } from '../spec/service.ts';
import { holdMs } from '../spec/timing.ts';
import type { ContainerHost } from './host.ts';
import type { CloudflareTunnel } from './tunnel.ts';

export interface CortexServicesArgs {
  config: Pick<Config, 'stack' | 'runtime' | 'runtimes' | 'secrets' | 'registries'>;
  compose: Compose;
  /** what is run for an image that the compose file names; default: that itself */
  images?: Record<string, pulumi.Input<string>>;
  host: ContainerHost;
  /** gives the connector its token and its rules */
  tunnel?: Pick<CloudflareTunnel, 'token' | 'config' | 'probe' | 'replicas'>;
  /** the VM, where the stack made it: what is on it goes with it */
  vm?: pulumi.Resource;
}

/**
 * Every service of the stack: its instance on the runtime that the configuration chooses, and the slot that
 * says which instance serves. The logical names hold no runtime: a flip replaces, it does not add and remove.
 */
export class CortexServices extends pulumi.ComponentResource {
  /** what each service runs under */
  readonly runtimes: Record<string, RuntimeName>;

  constructor(name: string, args: CortexServicesArgs, opts?: pulumi.ComponentResourceOptions) {
    super('cortex:index:CortexServices', name, {}, opts);
    const { config, tunnel, vm } = args;
    const { host, account } = args.host;
    const { stack } = config;
    const specs = withReplicas(args.compose.services, tunnel?.replicas ?? 1);
    const imageOf = ({ image }: ServiceSpec) => args.images?.[image] ?? image;
    const inside = { parent: this, ...(vm && { deletedWith: vm }) };

    const setup = new Setup(`${name}-setup`, { ...host, stack }, inside);
    const proxy = new HostProxy(
      `${name}-proxy`,
      {
        ...host,
        stack,
        services: Object.fromEntries(
          specs.map((spec) => [
            spec.name,
            {
              ports: spec.ports,
              hold: { ms: holdMs(spec), ...(args.compose.holds[spec.name] ?? holdLimits) },
            },
          ]),
        ),
      },
      { ...inside, dependsOn: setup },
    );
    const images = new Images(
      `${name}-images`,
      {
        ...host,
        stack,
        images: pulumi.all(specs.map(imageOf)).apply((all) => [...new Set(all)].sort()),
        registries: config.registries,
      },
      { ...inside, dependsOn: setup },
    );

    this.runtimes = Object.fromEntries(
      specs.map((spec) => [
        spec.name,
        config.runtimes[declaredName(spec, args.compose.services)] ?? config.runtime,
      ]),
    );
    // once the host says which account its containers have
    const runtimes = account.apply(({ uid }) => {
      const problems = sharedRuntimeProblems(specs, this.runtimes, uid);
      if (problems.length > 0) throw new ConfigError(stack, problems.map(sharing));
      return this.runtimes;
    });

    const volumes = new Map(
      args.compose.externalVolumes.map(({ volume, name: external, source }) => [
        volume,
        new Volume(
          `${name}-${volume}`,
          { ...host, stack, volume, external, source },
          { ...inside, dependsOn: setup },
        ),
      ]),
    );
    const slots = new Map<string, Slot>();
    for (const spec of inOrder(specs)) {
      const instance = new Instance(
        spec.name,
        {
          ...host,
          stack,
          runtime: runtimes.apply((each) => each[spec.name] ?? config.runtime),
          spec: {
            ...(tunnel ? withConfig(spec, rulesConfig, tunnel.config) : spec),
            image: imageOf(spec),
          },
          secrets: secretsOf(spec, args),
          ...(tunnel && isConnector(spec) && { probe: tunnel.probe }),
        },
        // a service that is depended on serves before its dependents are replaced
        {
          ...inside,
          dependsOn: [
            proxy,
            images,
            ...spec.mounts.flatMap((mount) =>
              mount.kind === 'volume' ? (volumes.get(mount.volume) ?? []) : [],
            ),
            ...spec.dependsOn.flatMap(({ service }) => slots.get(service) ?? []),
          ],
        },
      );
      slots.set(
        spec.name,
        new Slot(spec.name, { ...host, stack, service: spec.name, instance: instance.name }, inside),
      );
    }
    this.registerOutputs({ runtimes: this.runtimes });
  }
}

/** The values of the secrets that a service reads, by secret. */
function secretsOf(
  spec: ServiceSpec,
  { config, compose, tunnel }: CortexServicesArgs,
): Record<string, pulumi.Output<string>> {
  const fromConfig = (name: string) => {
    const plain = compose.plainSecrets[name];
    return config.secrets[name] ?? (plain === undefined ? undefined : pulumi.secret(plain));
  };
  const supplied: Record<string, pulumi.Output<string> | undefined> = { 'tunnel-token': tunnel?.token };
  return Object.fromEntries(
    secretNames(spec).map((secret) => {
      const source = compose.secrets[secret];
      const value = source?.from === 'config' ? fromConfig(source.name) : supplied[secret];
      if (!value) throw new ConfigError(config.stack, [noTunnel(spec.name, secret)]);
      return [secret, value];
    }),
  );
}

/** The compose file was checked against cortex:secrets already; what is left is what a tunnel supplies. */
function noTunnel(service: string, secret: string): Problem {
  return {
    key: 'cortex:tunnel',
    found: `no tunnel, and ${service} reads the secret ${secret} of one`,
    expected: 'accountId, zoneId and hostnames',
    fix: `set it, or give ${service} a profile in compose.yaml: profiles: [tunnel]`,
  };
}

/** Files that two services write have one owner on disk: under different runtimes one of them is locked out. */
function sharing({ service, expected, fix }: OwnershipProblem): Problem {
  return { key: `cortex:services.${service}.runtime`, found: 'another runtime', expected, fix };
}

/** Dependencies first. The compose file has no circles: they are refused when it is read. */
function inOrder(specs: readonly ServiceSpec[]): ServiceSpec[] {
  const ordered = new Set<ServiceSpec>();
  const visit = (spec: ServiceSpec) => {
    if (ordered.has(spec)) return;
    for (const { service } of spec.dependsOn) {
      const dependency = specs.find(({ name }) => name === service);
      if (dependency) visit(dependency);
    }
    ordered.add(spec);
  };
  specs.forEach(visit);
  return [...ordered];
}
