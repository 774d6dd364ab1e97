import { containerhost } from '../../provider/containerhost.ts';
import { hostLibrary } from '../../provider/hostSetup.ts';
import { Hosts } from '../../provider/hosts.ts';
import type { Host } from '../../provider/inputs.ts';
import type { Inspected } from '../../provider/observed.ts';
import type { Operation, ResourceOperations } from '../../provider/rpc/resourceProvider.ts';
import type { Attached, Ran, RunOptions, Shell } from '../../provider/ssh/shell.ts';
import { host } from './fixture.ts';

/** What a host answers to a script, without the library that each begins with. */
export type Answer = (script: string, options: RunOptions) => string;

/** The provider, with a host at the other end that records what it is told and answers as it is told. */
export class FakeHost {
  readonly scripts: string[] = [];
  /** the scripts that were talked to */
  readonly attached: string[] = [];
  readonly connections: Host[] = [];
  readonly hosts: Hosts;
  readonly provider: ResourceOperations;
  answer: Answer;
  /** what a script that is talked to does */
  begin: (script: string) => Attached = () => {
    throw new Error('nothing is talked to here');
  };
  /** what it answers when it is asked what it is and has; these questions are counted, not recorded */
  probe: string = probe();
  probes = 0;

  constructor(answer: Answer = () => '') {
    this.answer = answer;
    this.hosts = new Hosts((to) => {
      this.connections.push(to);
      return this.#shell();
    });
    this.provider = containerhost(this.hosts);
  }

  #shell(): Shell {
    return {
      run: async (script, options = {}): Promise<Ran> => {
        if (!script.startsWith(hostLibrary())) throw new Error('the script does not begin with the library');
        const own = script.slice(hostLibrary().length + 1);
        if (own.includes('\nprobe_host ')) {
          this.probes += 1;
          await new Promise((resolve) => setImmediate(resolve));
          return { stdout: this.probe };
        }
        this.scripts.push(own);
        // an answer takes a while: whoever asks meanwhile is to share it
        await new Promise((resolve) => setImmediate(resolve));
        return { stdout: this.answer(own, options) };
      },
      attach: async (script) => {
        this.attached.push(script);
        return this.begin(script);
      },
    };
  }
}

/** What `probe_host` prints on a host that lacks nothing, after these lines, which go before it. */
export function probe(...lines: string[]): string {
  return [
    ...lines,
    'architecture amd64',
    'memory-available 2147483648',
    'version docker 26.1.5',
    'version compose 2.26.1',
    'version podman 5.4.2',
    'version haproxy 3.0.11',
    'version systemd 257',
    'linger yes',
    'subordinate-ids 65536 65536',
    'disk data 9663676416 /srv/containerhost',
    'disk docker 9663676416 /var/lib/docker',
    'disk podman 9663676416 /home/cortex/.local/share/containers/storage',
    'controllers docker - cpu memory pids',
    'controllers podman - cpu memory pids',
    'end',
    '',
  ].join('\n');
}

/** What the engine tells with every request, and what it is told back. */
export function operation(): Operation & { logged: string[] } {
  const logged: string[] = [];
  return {
    urn: 'urn:pulumi:test::cortex::containerhost:index:Instance::web',
    name: 'web',
    timeoutSeconds: 0,
    signal: new AbortController().signal,
    log: (severity, message) => logged.push(`${severity}: ${message}`),
    logged,
  };
}

export interface Sections {
  machine?: string;
  records?: string[];
  files?: Record<string, string>;
  secrets?: Record<string, string>;
  /** backend -> address and port; undefined: the proxy does not run */
  proxy?: Record<string, [string, number]> | undefined;
  /** backend -> the bits of a server's administrative state */
  idle?: Record<string, number>;
  docker?: Inspected[];
  podman?: Inspected[];
  /** instance -> what it says of itself */
  probes?: Record<string, string>;
  /** `<engine> <reference>` */
  images?: string[];
  /** carried in */
  volumes?: string[];
  /** path -> what is in a file that is not as it was delivered */
  texts?: Record<string, string>;
  /** what services stand on, a line for each fact; default: the addresses of the records are there */
  host?: string[];
  /** `systemctl show` of units of the host, and of the account's */
  hostUnits?: string[];
  accountUnits?: string[];
  unitFiles?: string[];
  /** `<engine> <network> <its labels, by commas>` */
  networks?: string[];
}

/** What `read_stack` prints. */
export function reading(sections: Sections = {}): string {
  const {
    machine = host.machineId,
    records = [],
    files = {},
    secrets = {},
    docker = [],
    podman = [],
    images = [],
    volumes = [],
    probes = {},
    idle = {},
    texts = {},
    host: facts = records
      .flatMap((line) => / address (.*)$/.exec(line)?.[1] ?? [])
      .map((a) => `address ${a}/32`),
    hostUnits = [],
    accountUnits = [],
    unitFiles = [],
    networks = [],
  } = sections;
  const listed = (of: string[], end = '') => of.map((line) => `${line}\n${end}`).join('');
  const proxy = 'proxy' in sections ? sections.proxy : {};
  const engine = (containers: Inspected[]) =>
    containers.length > 0 ? `${JSON.stringify(containers)}\n` : '';
  return [
    `=== machine\n${machine}\n`,
    `=== records\n${records.map((line) => `${line}\n`).join('')}`,
    `=== files\n${lines(files, ([path, digest]) => `${digest}  ${path}`)}`,
    `=== secrets\n${lines(secrets, ([name, digest]) => `${name} ${digest}`)}`,
    `=== proxy\n${proxy ? servers(proxy, idle) : 'down\n'}\n`,
    `=== docker\n${engine(docker)}`,
    `=== podman\n${engine(podman)}`,
    `=== probes\n${lines(probes, ([name, said]) => `${name} ${Buffer.from(said).toString('base64')}`)}`,
    `=== images\n${images.map((line) => `${line}\n`).join('')}`,
    `=== volumes\n${volumes.map((line) => `${line}\n`).join('')}`,
    `=== texts\n${lines(texts, ([path, text]) => `${Buffer.from(text).toString('base64')} ${path}`)}`,
    `=== unit-files\n${listed(unitFiles)}`,
    `=== host-units\n${listed(hostUnits, '\n')}`,
    `=== host\n${listed(facts)}`,
    `=== networks\n${listed(networks)}`,
    `=== account-units\n${listed(accountUnits, '\n')}`,
    '=== end\n',
  ].join('');
}

function lines(record: Record<string, string>, line: (entry: [string, string]) => string): string {
  return Object.entries(record)
    .map((entry) => `${line(entry)}\n`)
    .join('');
}

/** As HAProxy 3.0 answers `show servers state`. */
function servers(proxy: Record<string, [string, number]>, idle: Record<string, number>): string {
  const header =
    '1\n# be_id be_name srv_id srv_name srv_addr srv_op_state srv_admin_state srv_uweight srv_port\n';
  return (
    header +
    lines(
      proxy as never,
      ([name, target]) => `4 ${name} 1 live ${target[0]} 2 ${idle[name] ?? 0} 1 ${target[1]}`,
    )
  );
}

/** An engine's `inspect` of the fixture's instance. */
export function container(
  changes: Record<string, unknown> = {},
  config: Record<string, unknown> = {},
): Inspected {
  return {
    Name: '/web-1234567',
    State: { Status: 'running' },
    Config: {
      Image: 'example/web:1',
      Env: ['GREETING=hello', 'PATH=/bin'],
      Cmd: ['serve'],
      User: '',
      Labels: {
        'containerhost.stack': 'test',
        'containerhost.service': 'web',
        'containerhost.instance': 'web-1234567',
      },
      ...config,
    },
    HostConfig: { Memory: 0, NanoCpus: 0, RestartPolicy: { Name: 'always' } },
    Mounts: [{ Source: '/srv/data', Destination: '/data', RW: true }],
    NetworkSettings: { Networks: { 'test-default': {} } },
    ...changes,
  };
}
