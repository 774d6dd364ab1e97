import { looksSecret, namesSecret } from '../spec/secretLike.ts';
import type { EngineFound, HostFound, Inspected, Listener, ProcessFound, UnitFound } from './host.ts';
import { connections, listeningPorts } from './sockets.ts';

/** Something that runs on a host, or that would: whatever it runs under, in the same words. */
export interface Running {
  kind: 'container' | 'unit' | 'process';
  /** `docker`, `compose`, `podman` (rootful), `podman of <account>`, `systemd`, `systemd of <account>`, `process` */
  under: string;
  name: string;
  /** of a Compose project: its name, and where its file is */
  project?: { name: string; service: string; directory: string };
  /** the stack and service of an instance of this program's */
  instance?: { stack: string; service: string };
  /** of a container */
  image?: string;
  /** the engine's or systemd's word: `running`, `exited`, `restarting`, `active`, `failed`, … */
  state: string;
  runs: boolean;
  /** null without a health check */
  health: string | null;
  /** null: it does not run */
  uptimeSeconds: number | null;
  /** `address:port` of the host */
  published: string[];
  /** ports that it listens on, where it is */
  listens: number[];
  /** connections now or within the last minute, those to itself left out; null where nobody may look */
  connections: number | null;
  /** names under which others may call it */
  names: string[];
  /** what it is told: its environment and command, to be searched for names. Never printed */
  told: string[];
  /** of a process or unit, what is in the place of a secret left out */
  command?: string;
}

/** Everything that somebody put on the host: containers of every engine, units made by hand, listeners on `ports`. */
export function running(host: HostFound, ports: readonly number[]): Running[] {
  const containers = host.engines.flatMap((engine) =>
    engine.containers.map((one) => container(one, engine, host)),
  );
  const units = host.units.filter(isByHand).map((one) => unit(one, host));
  const groups = host.units.filter(({ group }) => group !== '').map(({ group }) => group);
  const processes = host.listeners
    .filter(({ port }) => ports.includes(port))
    .flatMap((listener) => listener.processes.map((each) => ({ listener, ...each })))
    .filter(({ name, pid }) => !ofEngine.includes(name) && isPlain(host.processes.get(pid), groups))
    .map(({ listener, pid }) => plain(listener, pid, host));
  return [...containers, ...units, ...processes];
}

/** Processes that listen for a container. */
const ofEngine = ['docker-proxy', 'conmon', 'rootlessport', 'pasta', 'pasta.avx2', 'slirp4netns', 'haproxy'];

/** In no container and in no service of systemd's: those are listed as what they are. */
function isPlain(process: ProcessFound | undefined, groups: readonly string[]): boolean {
  if (!process) return true;
  const inContainer = /[0-9a-f]{64}/.test(process.group);
  return !inContainer && !groups.some((group) => process.group.endsWith(`:${group}`));
}

/** Units of the distribution's packages are in /usr/lib; those that Podman or this program made say so. */
function isByHand({ file, name, active, account }: UnitFound): boolean {
  if (active === 'inactive' || name.startsWith('containerhost-')) return false;
  if (/^\/(run\/systemd\/(generator|transient)|run\/user\/\d+\/systemd\/generator)/.test(file)) return false;
  return (
    /^\/etc\/systemd\/|^\/usr\/local\//.test(file) ||
    (account !== '-' && /\/\.config\/systemd\/user\//.test(file))
  );
}

function unit(found: UnitFound, host: HostFound): Running {
  const pids = [...host.processes.values()].filter(
    ({ group }) => group.endsWith(`:${found.group}`) && found.group !== '',
  );
  const listeners = host.listeners.filter(({ processes }) =>
    processes.some(({ pid }) => pids.some((each) => each.pid === pid)),
  );
  const listens = listeners.map(({ port }) => port);
  return {
    kind: 'unit',
    under: found.account === '-' ? 'systemd' : `systemd of ${found.account}`,
    name: found.name,
    state: found.active === 'active' ? found.sub : found.active,
    runs: found.active === 'active',
    health: null,
    uptimeSeconds: found.activeSeconds ?? null,
    published: listeners.map(({ address, port }) => `${address}:${port}`),
    listens,
    connections: connectionsTo(listens, host),
    names: [found.name.replace(/\.service$/, '')],
    told: [found.command],
    command: masked(found.command),
  };
}

function plain({ address, port }: Listener, pid: number, host: HostFound): Running {
  const process = host.processes.get(pid);
  return {
    kind: 'process',
    under: 'process',
    name: `${process?.command.split(' ', 1)[0]?.split('/').at(-1) ?? 'unknown'} (pid ${pid})`,
    state: 'running',
    runs: true,
    health: null,
    uptimeSeconds: process?.seconds ?? null,
    published: [`${address}:${port}`],
    listens: [port],
    connections: connectionsTo([port], host),
    names: [],
    told: [],
    command: masked(process?.command ?? ''),
  };
}

/** Of a port of the host itself: those to the loopback address count too, it is how a neighbour calls. */
function connectionsTo(ports: readonly number[], host: HostFound): number | null {
  const sockets = host.socketsOf(1) ?? host.socketsOf([...host.processes.keys()][0] ?? 0);
  if (!sockets) return null;
  return sockets.filter(({ state, localPort }) => state !== 'listening' && ports.includes(localPort)).length;
}

function container(inspected: Inspected, { engine, account }: EngineFound, host: HostFound): Running {
  const { Name, Config, State, NetworkSettings } = inspected as {
    Name?: string;
    Config?: {
      Image?: string;
      Env?: string[];
      Cmd?: string[] | null;
      Labels?: Record<string, string> | null;
    };
    State?: { Status?: string; Pid?: number; StartedAt?: string; Health?: { Status?: string } | null };
    NetworkSettings?: { Ports?: Record<string, { HostIp?: string; HostPort?: string }[] | null> | null };
  };
  const labels = Config?.Labels ?? {};
  const name = (Name ?? '').replace(/^\//, '');
  const composed = labels['com.docker.compose.project'];
  const service = labels['com.docker.compose.service'] ?? '';
  const runs = State?.Status === 'running';
  const sockets = runs ? host.socketsOf(State?.Pid ?? 0) : undefined;
  const own = labels['containerhost.stack'];
  return {
    kind: 'container',
    under:
      engine === 'docker'
        ? composed && !own
          ? 'compose'
          : 'docker'
        : account === 'root'
          ? 'podman'
          : `podman of ${account}`,
    name,
    ...(composed &&
      !own && {
        project: {
          name: composed,
          service,
          directory: labels['com.docker.compose.project.working_dir'] ?? '',
        },
      }),
    ...(own && { instance: { stack: own, service: labels['containerhost.service'] ?? '' } }),
    image: Config?.Image ?? '',
    state: State?.Status ?? 'unknown',
    runs,
    health: (runs && State?.Health?.Status) || null,
    uptimeSeconds: runs
      ? Math.max(0, Math.round((host.nowMs - Date.parse(State?.StartedAt ?? '')) / 1000))
      : null,
    published: Object.values(NetworkSettings?.Ports ?? {}).flatMap((each) =>
      (each ?? []).map(({ HostIp, HostPort }) => `${HostIp || '0.0.0.0'}:${HostPort}`),
    ),
    listens: sockets ? listeningPorts(sockets) : [],
    connections: sockets ? connections(sockets) : null,
    names: [...new Set([service, name].filter(Boolean))],
    told: [...(Config?.Env ?? []), ...(Config?.Cmd ?? [])],
  };
}

/** A command line may hold a password: what looks like one, or follows a word that names one, is left out. */
function masked(command: string): string {
  let hidden = false;
  return command
    .split(' ')
    .map((word) => {
      const [name = '', value] = word.split(/=(.*)/s, 2);
      const named = namesSecret(name.replace(/^-+/, ''));
      const secret =
        hidden || looksSecret(word) || looksSecret(value ?? '') || (named && value !== undefined);
      hidden = named && value === undefined;
      if (!secret) return word;
      return value === undefined ? '(hidden)' : `${name}=(hidden)`;
    })
    .join(' ');
}
