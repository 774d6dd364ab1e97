import { qualifiedImage } from '../runtimes/image.ts';
import type { RuntimeName, ServiceSpec } from '../spec/service.ts';
import type { Finding, Severity } from './finding.ts';
import type { HostProbe } from './probe.ts';

export interface ServiceArgs {
  spec: ServiceSpec;
  /** what it is to run under */
  runtime: RuntimeName;
  /** what it runs under; undefined where it does not */
  from: RuntimeName | undefined;
  /** uid of the rootless account on the host */
  accountUid: number;
}

/**
 * Capabilities that count against the whole host. A rootless container holds them in its own user namespace
 * only, where they open nothing: capabilities(7), user_namespaces(7).
 */
const ofTheWholeHost = new Set([
  ...['AUDIT_CONTROL', 'AUDIT_READ', 'BLOCK_SUSPEND', 'BPF', 'IPC_LOCK', 'LINUX_IMMUTABLE', 'MAC_ADMIN'],
  ...['MAC_OVERRIDE', 'MKNOD', 'PERFMON', 'SYSLOG', 'SYS_ADMIN', 'SYS_BOOT', 'SYS_MODULE', 'SYS_NICE'],
  ...['SYS_PACCT', 'SYS_RAWIO', 'SYS_RESOURCE', 'SYS_TIME', 'SYS_TTY_CONFIG', 'WAKE_ALARM'],
]);

const sockets: Record<RuntimeName, RegExp> = {
  docker: /^(\/var)?\/run\/docker\.sock$/,
  podman: /^(\/var)?\/run\/(user\/\d+\/)?podman(\/podman\.sock)?$/,
};

/** Paths of the host that a service mounts, for the host to be asked about. */
export function hostPaths({ mounts }: ServiceSpec): string[] {
  return mounts.flatMap((mount) => (mount.kind === 'host' ? [mount.source] : []));
}

/** Every reason why a service could fail on this runtime of this host, or behave otherwise than declared. */
export function serviceFindings(args: ServiceArgs, probe: HostProbe): Finding[] {
  return [
    ...imageFindings(args, probe),
    ...portFindings(args, probe),
    ...limitFindings(args, probe),
    ...mountFindings(args, probe),
    ...(args.runtime === 'podman' ? rootlessFindings(args) : []),
    ...(args.from !== undefined && args.from !== args.runtime ? flipFindings(args) : []),
  ];
}

function finding(
  severity: Severity,
  { spec }: ServiceArgs,
  field: string,
  found: string,
  fix: string,
): Finding {
  return { severity, where: `services.${spec.name}.${field}`, found, fix };
}

function imageFindings(args: ServiceArgs, { images, architecture }: HostProbe): Finding[] {
  const { runtime, spec } = args;
  const found = images[runtime][qualifiedImage(spec.image)];
  if (found === undefined || found === architecture) return [];
  return [
    finding(
      'refusal',
      args,
      'image',
      `"${spec.image}" is for ${found}, and the host is ${architecture}`,
      `Build or pull it for ${architecture}`,
    ),
  ];
}

function portFindings(args: ServiceArgs, { listeners }: HostProbe): Finding[] {
  return args.spec.ports.flatMap(({ published, protocol }) =>
    published.flatMap(({ address, port }) => {
      const taken = listeners.find(
        (one) => one.port === port && one.process !== 'haproxy' && meets(one.address, address),
      );
      if (taken) {
        return [
          finding(
            'refusal',
            args,
            'ports',
            `${taken.process} listens on ${taken.address}:${port} of the host already`,
            'Stop it, or publish another port',
          ),
        ];
      }
      if (protocol !== 'tcp') return [];
      return [
        finding(
          'note',
          args,
          'ports',
          `clients of ${address}:${port} arrive from the host's proxy, on both runtimes: their own address is not seen`,
          'Do not decide by the source address',
        ),
      ];
    }),
  );
}

/** Whether two listening addresses exclude each other. */
function meets(one: string, other: string): boolean {
  const every = new Set(['0.0.0.0', '::', '']);
  return one === other || every.has(one) || every.has(other);
}

function limitFindings(args: ServiceArgs, { controllers }: HostProbe): Finding[] {
  const { limits } = args.spec;
  const wanted: [controller: string, field: string, set: boolean][] = [
    ['cpu', 'cpus', limits.cpus !== null],
    ['memory', 'mem_limit', limits.memoryBytes !== null],
    ['pids', 'pids_limit', limits.pids !== null],
  ];
  const vain = wanted.filter(([controller, , set]) => set && !controllers[args.runtime].includes(controller));
  if (vain.length === 0) return [];
  return [
    finding(
      'warning',
      args,
      vain.map(([, field]) => field).join(', '),
      `${args.runtime} on this host cannot enforce limits of ${vain.map(([controller]) => controller).join(', ')}: its control group has no such controller`,
      'They are declared and not enforced. Boot the host with control groups v2 and delegate them (systemctl edit user@.service: Delegate=)',
    ),
  ];
}

function mountFindings(args: ServiceArgs, { paths, seLinux }: HostProbe): Finding[] {
  const { runtime, spec } = args;
  const found: Finding[] = [];
  const labelled = spec.mounts.filter(({ kind }) => kind !== 'tmpfs');
  if (seLinux === 'enforcing' && labelled.length > 0) {
    found.push(
      finding(
        'refusal',
        args,
        'volumes',
        'SELinux enforces on this host, and mounts are not relabelled',
        'Use a host without it: Debian has none',
      ),
    );
  }
  for (const mount of spec.mounts) {
    if (mount.kind !== 'host') continue;
    const other = runtime === 'docker' ? 'podman' : 'docker';
    if (sockets[other].test(mount.source)) {
      found.push(
        finding(
          'refusal',
          args,
          'volumes',
          `"${mount.source}" is ${other}'s socket, and the service is to run on ${runtime}`,
          `Keep the service on ${other} (cortex:services.${spec.name}.runtime), or let it do without`,
        ),
      );
      continue;
    }
    const path = paths[mount.source];
    if (path && !path.found) {
      found.push(
        finding(
          'refusal',
          args,
          'volumes',
          `"${mount.source}" is not on the host`,
          'Make it there, or mount a volume',
        ),
      );
    } else if (path && runtime === 'podman' && !(mount.readOnly ? path.readable : path.writable)) {
      found.push(
        finding(
          'warning',
          args,
          'volumes',
          `the account of the containers cannot ${mount.readOnly ? 'read' : 'write'} "${mount.source}", and a rootless container can do no more`,
          'Let it (chown, setfacl), or mount a volume, whose owner is taken care of',
        ),
      );
    }
  }
  return found;
}

function rootlessFindings(args: ServiceArgs): Finding[] {
  const { spec } = args;
  const found: Finding[] = [];
  const vain = spec.capAdd.filter((capability) => ofTheWholeHost.has(capability.replace(/^CAP_/, '')));
  if (vain.length > 0) {
    found.push(
      finding(
        'warning',
        args,
        'cap_add',
        `${vain.join(', ')} would count in the container's own user namespace only`,
        `If the service needs the host's, keep it on docker (cortex:services.${spec.name}.runtime)`,
      ),
    );
  }
  const low = spec.ports.filter(({ port }) => port < 1024);
  if (low.length > 0 && spec.user !== null && spec.user.uid !== 0) {
    found.push(
      finding(
        'refusal',
        args,
        'expose',
        `it listens on port ${low.map(({ port }) => port).join(', ')} as uid ${spec.user.uid}, which podman lets only root do`,
        "Let it listen on a port from 1024 on: published ports may stay as they are, for they are the proxy's",
      ),
    );
  }
  return found;
}

/** What a flip changes and takes care of. */
function flipFindings(args: ServiceArgs): Finding[] {
  const { spec, accountUid, runtime } = args;
  const written = spec.mounts.filter((mount) => mount.kind !== 'tmpfs' && !mount.readOnly);
  if (written.length === 0 || spec.user?.uid === accountUid) return [];
  const who = spec.user === null ? "the image's own user" : `uid ${spec.user.uid}`;
  return [
    finding(
      'note',
      args,
      'volumes',
      `${written.map(({ target }) => target).join(', ')}: files of ${who} have other owners on disk under ${runtime}`,
      'They are shifted while the service is stopped, exactly and reversibly',
    ),
  ];
}
