/** A host's answer, as cli/host/audit.sh prints it. */

export interface Container {
  name: string;
  image?: string;
  labels?: Record<string, string>;
  environment?: string[];
  published?: Record<string, string>;
  pid?: number;
  state?: string;
  health?: string;
}

export const inspected = ({
  name,
  image = 'other:1',
  labels = {},
  environment = [],
  published = {},
  pid = 0,
  state = 'running',
  health,
}: Container) => ({
  Name: `/${name}`,
  Config: { Image: image, Env: environment, Cmd: null, Labels: labels },
  State: {
    Status: state,
    Pid: pid,
    StartedAt: '2026-11-21T11:59:00Z',
    ...(health && { Health: { Status: health } }),
  },
  NetworkSettings: {
    Ports: Object.fromEntries(
      Object.entries(published).map(([port, at]) => {
        const [HostIp, HostPort] = at.split(':');
        return [`${port}/tcp`, [{ HostIp, HostPort }]];
      }),
    ),
  },
});

export interface Answer {
  uid?: number;
  docker?: Container[] | string;
  podman?: Record<string, Container[]>;
  units?: { account?: string; fields: Record<string, string> }[];
  listeners?: string[];
  processes?: string[];
  /** process -> lines of its /proc/<pid>/net/tcp */
  sockets?: Record<number, string[]>;
}

export function answer(given: Answer = {}): string {
  const {
    uid = 0,
    docker = [],
    podman = {},
    units = [],
    listeners = [],
    processes = [],
    sockets = {},
  } = given;
  const engine = (name: string, containers: Container[]) =>
    [
      `=== engine ${name}`,
      'ok',
      ...(containers.length > 0 ? [JSON.stringify(containers.map(inspected), null, 2)] : []),
    ].join('\n');
  const accounts = [...new Set(['-', ...units.map(({ account = '-' }) => account)])];
  return `${[
    `=== host\nuid ${uid}\nname machine\nnow ${Date.parse('2026-11-21T12:00:00Z') / 1000}\nuptime 1000.50`,
    typeof docker === 'string' ? `=== engine docker -\n${docker}` : engine('docker -', docker),
    ...Object.entries(podman).map(([account, containers]) => engine(`podman ${account}`, containers)),
    ...accounts.map((account) =>
      [
        `=== units ${account}`,
        ...units
          .filter((unit) => (unit.account ?? '-') === account)
          .map(
            ({ fields }) =>
              `${Object.entries(fields)
                .map(([key, value]) => `${key}=${value}`)
                .join('\n')}\n`,
          ),
      ].join('\n'),
    ),
    ['=== listeners', ...listeners].join('\n'),
    ['=== processes', ...processes].join('\n'),
    ['=== namespaces', ...Object.keys(sockets).map((pid) => `9${pid} /proc/${pid}/ns/net`)].join('\n'),
    ...Object.entries(sockets).map(([pid, lines]) => [`=== sockets 9${pid}`, ...lines].join('\n')),
    '=== end',
  ].join('\n')}\n`;
}

/** A line of /proc/net/tcp: `0A` listening, `01` connected, `06` over. Addresses as the kernel writes them. */
export function socket(local: number, remote: string, state: string): string {
  const hex = (port: number) => port.toString(16).toUpperCase().padStart(4, '0');
  return `   0: 00000000:${hex(local)} ${remote}:C654 ${state} 00000000:00000000 00:00000000 00000000     0        0 1 1 0 100 0 0 10 0`;
}
