import { parseSockets, type Socket } from './sockets.ts';

/** What a host said of itself, as cli/host/audit.sh prints it. Nothing in it is judged. */
export interface HostFound {
  name: string;
  /** false: seen with the eyes of a login that may not become root, so that more may run */
  asRoot: boolean;
  uptimeSeconds: number;
  nowMs: number;
  engines: EngineFound[];
  units: UnitFound[];
  listeners: Listener[];
  /** by process id */
  processes: Map<number, ProcessFound>;
  /** the sockets of the network that a process is in */
  socketsOf(pid: number): Socket[] | undefined;
}

export interface EngineFound {
  engine: 'docker' | 'podman';
  /** whose Podman it is; `-` for Docker */
  account: string;
  /** why it could not be asked; undefined where it answered, or is not there */
  denied?: string;
  /** as `inspect` prints them, which both engines do in the same shape */
  containers: Inspected[];
}

export type Inspected = Readonly<Record<string, unknown>>;

export interface UnitFound {
  /** whose manager has it; `-` for the system's */
  account: string;
  name: string;
  description: string;
  /** where its file is; empty for one without */
  file: string;
  active: string;
  sub: string;
  enabled: string;
  group: string;
  command: string;
  /** undefined: it does not run */
  activeSeconds: number | undefined;
}

export interface Listener {
  address: string;
  port: number;
  /** none where the login may not see them */
  processes: { name: string; pid: number }[];
}

export interface ProcessFound {
  pid: number;
  user: string;
  seconds: number;
  group: string;
  command: string;
}

/** @throws when the answer was cut short: half of the truth would look like a quiet host */
export function parseHost(text: string): HostFound {
  const sections = split(text);
  if (!sections.some(([name]) => name === 'end')) throw new Error("the host's answer was cut short");
  const one = (name: string) => sections.find(([each]) => each === name)?.[1] ?? '';
  const said = Object.fromEntries(
    one('host')
      .split('\n')
      .map((line) => line.split(/ (.*)/s, 2)),
  );
  const uptimeSeconds = Number(said.uptime);
  const networks = new Map(
    one('namespaces')
      .split('\n')
      .map((line) => [Number(/\/proc\/(\d+)\//.exec(line)?.[1]), line.split(' ', 1)[0] ?? '']),
  );
  const sockets = new Map(
    kind(sections, 'sockets').map(([[network = ''], body]) => [network, parseSockets(body)]),
  );
  return {
    name: said.name ?? '',
    asRoot: said.uid === '0',
    uptimeSeconds,
    nowMs: Number(said.now) * 1000,
    engines: kind(sections, 'engine').map(([[engine, account = '-'], body]) =>
      readEngine(engine, account, body),
    ),
    units: kind(sections, 'units').flatMap(([[account = '-'], body]) =>
      readUnits(account, body, uptimeSeconds),
    ),
    listeners: one('listeners').split('\n').flatMap(readListener),
    processes: new Map(one('processes').split('\n').flatMap(readProcess)),
    socketsOf: (pid) => sockets.get(networks.get(pid) ?? ''),
  };
}

function split(text: string): [string, string][] {
  // Not by the `m` flag: it takes U+2028 for the end of a line, which JSON leaves as it is.
  return text
    .split(/(?<![^\n])=== /)
    .slice(1)
    .map((part) => {
      const end = part.indexOf('\n');
      return [part.slice(0, end), part.slice(end + 1)];
    });
}

function kind(sections: readonly [string, string][], name: string): [string[], string][] {
  return sections.flatMap(([head, body]): [string[], string][] => {
    const [first, ...rest] = head.split(' ');
    return first === name ? [[rest, body]] : [];
  });
}

function readEngine(engine: string | undefined, account: string, body: string): EngineFound {
  const end = body.indexOf('\n');
  const status = body.slice(0, end);
  const rest = body.slice(end + 1).trim();
  const found: EngineFound = { engine: engine === 'docker' ? 'docker' : 'podman', account, containers: [] };
  if (status.startsWith('denied')) return { ...found, denied: status.slice(7) };
  return { ...found, containers: rest === '' ? [] : (JSON.parse(rest) as Inspected[]) };
}

function readUnits(account: string, body: string, uptimeSeconds: number): UnitFound[] {
  return body
    .split('\n\n')
    .filter((block) => block.includes('Id='))
    .map((block) => {
      const said = Object.fromEntries(block.split('\n').map((line) => line.split(/=(.*)/s, 2)));
      const since = Number(said.ActiveEnterTimestampMonotonic) / 1e6;
      return {
        account,
        name: said.Id ?? '',
        description: said.Description ?? '',
        file: said.FragmentPath ?? '',
        active: said.ActiveState ?? '',
        sub: said.SubState ?? '',
        enabled: said.UnitFileState ?? '',
        group: said.ControlGroup ?? '',
        command: /argv\[\]=(.*?) ;/.exec(said.ExecStart ?? '')?.[1] ?? '',
        activeSeconds: said.ActiveState === 'active' ? Math.round(uptimeSeconds - since) : undefined,
      };
    });
}

/** `LISTEN 0 4096 127.0.0.1:5001 0.0.0.0:* users:(("docker-proxy",pid=1,fd=4))` */
function readListener(line: string): Listener[] {
  const [, , , local = '', , users = ''] = line.split(/\s+/);
  const [, address, port] = /^(.*):(\d+)$/.exec(local) ?? [];
  if (address === undefined) return [];
  const processes = [...users.matchAll(/\("([^"]*)",pid=(\d+)/g)].map(([, name = '', pid]) => ({
    name,
    pid: Number(pid),
  }));
  return [{ address: address.replace(/%.*/, ''), port: Number(port), processes }];
}

/** `<pid> <parent> <user> <seconds> <control group> <command line>` */
function readProcess(line: string): [number, ProcessFound][] {
  const [, pid, user, seconds, group, command] =
    /^\s*(\d+)\s+\d+\s+(\S+)\s+(\d+)\s+(\S+)\s+(.*)$/.exec(line) ?? [];
  if (!pid || !user || !group || command === undefined) return [];
  return [[Number(pid), { pid: Number(pid), user, seconds: Number(seconds), group, command }]];
}
