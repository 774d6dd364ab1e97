import type { RuntimeName } from '../spec/service.ts';

/** What a host is and has, as `probe_host` (provider/host/probe.sh) prints it. Sizes in bytes. */
export interface HostProbe {
  /** Debian's word, which is also an image's: `amd64`, `arm64` */
  architecture: string;
  memoryAvailable: number;
  /** package or program -> version */
  versions: Record<string, string>;
  /** folder -> free bytes */
  disks: { folder: string; what: string; free: number }[];
  /** whether the rootless account has a systemd of its own, at boot too */
  linger: boolean;
  /** of the rootless account */
  subordinateIds: { uids: number; gids: number };
  /** limits that an engine can enforce: `cpu`, `memory`, `pids` */
  controllers: Record<RuntimeName, string[]>;
  seLinux: 'enforcing' | 'permissive' | 'disabled';
  /** image -> architecture, as far as the engine has it */
  images: Record<RuntimeName, Record<string, string>>;
  /** TCP ports that something listens on */
  listeners: { address: string; port: number; process: string }[];
  /** service -> the instance that serves, and what it runs under */
  serving: Record<string, { instance: string; runtime: RuntimeName }>;
  /** instance -> bytes that its processes hold */
  memory: Record<string, number>;
  /** absolute path on the host -> what the rootless account may do there */
  paths: Record<string, { found: boolean; readable: boolean; writable: boolean }>;
}

/** @throws when a line is missing: half of a probe would pass for a host that lacks nothing */
export function parseProbe(text: string): HostProbe {
  const probe: HostProbe = {
    architecture: '',
    memoryAvailable: 0,
    versions: {},
    disks: [],
    linger: false,
    subordinateIds: { uids: 0, gids: 0 },
    controllers: { docker: [], podman: [] },
    seLinux: 'disabled',
    images: { docker: {}, podman: {} },
    listeners: [],
    serving: {},
    memory: {},
    paths: {},
  };
  const lines = text.split('\n').filter((line) => line !== '');
  if (lines.at(-1) !== 'end') throw new Error("the host's answer was cut short");
  for (const line of lines.slice(0, -1)) {
    const [key = '', ...rest] = line.split(' ');
    const [first = '', second = '', third = ''] = rest;
    switch (key) {
      case 'architecture':
        probe.architecture = first;
        break;
      case 'memory-available':
        probe.memoryAvailable = Number(first);
        break;
      case 'version':
        if (second !== '') probe.versions[first] = second;
        break;
      case 'disk':
        probe.disks.push({ what: first, free: Number(second), folder: third });
        break;
      case 'linger':
        probe.linger = first === 'yes';
        break;
      case 'subordinate-ids':
        probe.subordinateIds = { uids: Number(first), gids: Number(second) };
        break;
      case 'controllers':
        if (first === 'docker' || first === 'podman') probe.controllers[first] = rest.slice(2);
        break;
      case 'selinux':
        if (first === 'enforcing' || first === 'permissive') probe.seLinux = first;
        break;
      case 'image':
        if (first === 'docker' || first === 'podman') probe.images[first][third] = second;
        break;
      case 'listener':
        probe.listeners.push({ ...addressOf(first), process: second });
        break;
      case 'serving':
        if (third === 'docker' || third === 'podman')
          probe.serving[first] = { instance: second, runtime: third };
        break;
      case 'memory':
        probe.memory[first] = Number(second);
        break;
      case 'path':
        probe.paths[rest.slice(1).join(' ')] = {
          found: first !== '-',
          readable: first.includes('r'),
          writable: first.includes('w'),
        };
        break;
      default:
        throw new Error(`the host's answer has a line "${line}" that nobody knows`);
    }
  }
  return probe;
}

/** `127.0.0.1:80`, `[::]:80`, `*:80`, `127.0.0.53%lo:53` */
function addressOf(text: string): { address: string; port: number } {
  const colon = text.lastIndexOf(':');
  const address = text
    .slice(0, colon)
    .replace(/^\[(.*)\]$/, '$1')
    .replace(/%.*$/, '');
  return { address: address === '*' ? '0.0.0.0' : address, port: Number(text.slice(colon + 1)) };
}
