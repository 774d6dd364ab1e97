import type { ContainerArgs } from '@pulumi/docker/container.js';
import type { Unwrap } from '@pulumi/pulumi';
import { expandSpec } from '../spec/compact.ts';
import type { ServiceSpec } from '../spec/service.ts';
import { type Check, type Options, of, type Subject } from './rule.ts';

export const instanceType = 'containerhost:index:Instance';
export const dockerType = 'docker:index/container:Container';

/** A container, by whichever resource it is declared. */
export interface Container {
  image: string;
  privileged: boolean;
  capAdd: string[];
  /** of Docker's `--security-opt` */
  unconfined: string[];
  /** namespaces of the host that it is in: `pid`, `user`, `network`, `ipc` */
  hostNamespaces: string[];
  hostPaths: string[];
  memoryBytes: number;
}

/** A check of containers, for each type of resource that makes one. */
export function containers<O extends Options>(
  check: (container: Container, subject: Subject, options: O) => string[],
): Record<string, Check<O>> {
  return {
    [instanceType]: of<{ spec: object }, O>(({ spec }, subject, options) =>
      check(ofSpec(specOf(spec)), subject, options),
    ),
    [dockerType]: of<ContainerArgs, O>((args, subject, options) => check(ofDocker(args), subject, options)),
  };
}

/** The whole spec of an instance, whose resource leaves out what goes without saying. */
export function specOf(compact: object): ServiceSpec {
  return expandSpec(compact) as unknown as ServiceSpec;
}

function ofSpec(spec: ServiceSpec): Container {
  return {
    image: spec.image,
    // a spec has no word for it; what was found on the host has
    privileged: (spec as { privileged?: unknown }).privileged === true,
    capAdd: spec.capAdd,
    unconfined: spec.seccomp === 'unconfined' ? ['seccomp=unconfined'] : [],
    hostNamespaces: [],
    hostPaths: spec.mounts.flatMap((mount) => (mount.kind === 'host' ? [mount.source] : [])),
    memoryBytes: spec.limits.memoryBytes ?? 0,
  };
}

function ofDocker(args: Unwrap<ContainerArgs>): Container {
  const modes = { pid: args.pidMode, user: args.usernsMode, network: args.networkMode, ipc: args.ipcMode };
  return {
    image: args.image,
    privileged: args.privileged === true,
    capAdd: (args.capabilities?.adds ?? []).map((name) => name.toUpperCase().replace(/^CAP_/, '')),
    unconfined: (args.securityOpts ?? []).filter((option) => /unconfined|label[=:]disable/.test(option)),
    hostNamespaces: Object.entries(modes).flatMap(([name, mode]) => (mode === 'host' ? [name] : [])),
    hostPaths: [
      ...(args.volumes ?? []).map(({ hostPath }) => hostPath ?? ''),
      ...(args.mounts ?? []).map(({ type, source }) => (type === 'bind' ? (source ?? '') : '')),
    ].filter(Boolean),
    // in MB
    memoryBytes: (args.memory ?? 0) * 1024 * 1024,
  };
}
