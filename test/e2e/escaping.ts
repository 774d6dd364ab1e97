import { render } from '../../runtimes/render.ts';
import type { Account, RenderContext, Verb } from '../../runtimes/runtime.ts';
import type { RuntimeName, ServiceSpec } from '../../spec/service.ts';
import { minimal } from '../runtimes/services.ts';
import { type Exec, engineCommand, place, quoted, removeNetworks, writeFile } from './onHost.ts';

export interface Attack {
  /** an image with `/usr/bin/python3` in it, on the host under both runtimes */
  image: string;
  account: Account;
  /** what is sent in every field that takes free text */
  texts: string[];
  user: ServiceSpec['user'];
}

/** A text that did not reach the container as it was declared. */
export interface Disagreement {
  field: string;
  sent: unknown;
  got: unknown;
}

/** Says what the container was really given, into a file that the host can read, and then waits to be stopped. */
const reporter = `
import json, os, signal, socket, sys
signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
text = lambda value: os.fsencode(value).decode('utf-8', 'backslashreplace')
paths = json.load(open('/report/paths'))
def state(path):
    if not os.path.exists(path): return 'missing'
    if os.path.isdir(path): return 'folder ' + ('read-only' if os.statvfs(path).f_flag & os.ST_RDONLY else 'writable')
    return open(path).read()
report = {
    'argv': [text(a) for a in sys.argv[1:]],
    'env': {text(k): text(v) for k, v in os.environ.items()},
    'cwd': text(os.getcwd()),
    'hostname': socket.gethostname(),
    'user': [os.getuid(), os.getgid()],
    'paths': {p: state(p) for p in paths},
}
with open('/report/new', 'w') as out: json.dump(report, out)
os.rename('/report/new', '/report/report')
signal.pause()
`;

/** The health command prints what it was given. */
const echo = ['/usr/bin/python3', '-c', 'import json, sys; print(json.dumps(sys.argv[1:]))'];

/** Names and paths: all that is allowed in them, and syntax somewhere on the way. */
const oddNames = [
  'dotted.name',
  '-dash',
  'ü→',
  'a"b',
  "a'b",
  'a$b',
  '${c}',
  'a%n',
  'a\\b',
  'a:b',
  'a;b',
  '#x',
  'a,b',
  'a[0]',
  '%',
  '<<',
  'null',
  '~',
];
const oddPaths = [
  'with space',
  '-dash',
  'comma,colon:x',
  '"quoted"',
  "it's",
  '$HOME ${x}',
  '%n %',
  'back\\slash',
  'ü→✓',
  '#;&|',
  'type=tmpfs',
];

/**
 * Runs one container with hostile text in every field, and returns every way in which what it got differs from what
 * was declared. Leaves nothing behind.
 * @throws when a verb fails
 */
export async function attackRuntime(
  exec: Exec,
  runtime: RuntimeName,
  attack: Attack,
): Promise<Disagreement[]> {
  const { texts } = attack;
  const instance = `attack-${runtime}-0a0a0a0`;
  const base = `/var/tmp/${instance}`;
  const owner = runtime === 'podman' ? attack.account.uid : (attack.user?.uid ?? 0);
  const folders = oddPaths.map((path, i) => ({
    source: `${base}/host/${path}`,
    target: `/mnt/${path}`,
    readOnly: i % 2 === 1,
  }));
  const secretTarget = (path: string) => `/run/secrets/${path.replaceAll(',', '_')}`;
  const spec: ServiceSpec = {
    ...minimal,
    name: 'attack',
    image: attack.image,
    entrypoint: ['/usr/bin/python3', '-c', reporter, ...texts],
    command: texts,
    environment: Object.fromEntries([
      ...texts.map((text, i) => [`TEXT_${i}`, text]),
      ...oddNames.map((name) => [name, `value of ${name}`]),
    ]),
    labels: Object.fromEntries([
      ...texts.map((text, i) => [`text.${i}`, text]),
      ...oddNames.map((name) => [name, `value of ${name}`]),
    ]),
    user: attack.user,
    workingDir: folders[5]?.target ?? '/',
    hostname: 'odd-name.local',
    mounts: [
      { kind: 'host', source: `${base}/report`, target: '/report', readOnly: false },
      ...folders.map((folder) => ({ kind: 'host' as const, ...folder })),
      ...oddPaths.map((path) => ({
        kind: 'tmpfs' as const,
        target: `/memory/${path}`,
        sizeBytes: 65536,
        mode: '1777',
      })),
    ],
    secrets: oddPaths.map((path, i) => ({ secret: `secret.${i}`, target: secretTarget(path) })),
    configs: oddPaths.map((path, i) => ({
      config: `config_${i}`,
      target: `/etc/${path}`,
      content: `config ${path}\n`,
    })),
    health: {
      command: [...echo, ...texts],
      intervalMs: 3_600_000,
      timeoutMs: 20_000,
      retries: 1,
      startPeriodMs: 0,
    },
    stopGraceMs: 5_000,
    networks: ['attack'],
    peers: [],
  };
  const context: RenderContext = {
    stack: 'attack',
    instance,
    directory: `${base}/instance`,
    account: attack.account,
    addresses: { 'some-peer': '10.97.0.9' },
    ports: {},
    volumes: {},
    projects: {},
    digest: 'none',
  };
  const paths = [...spec.mounts, ...spec.secrets, ...spec.configs].map(({ target }) => target);
  const run = async (script: string) => {
    const { code, stdout, stderr } = await exec(script);
    if (code !== 0) throw new Error(`${runtime}: ${script.slice(0, 200)}: exit ${code}: ${stderr}${stdout}`);
    return stdout;
  };
  const verb = (name: Verb) => run(`${context.directory}/${name}`);

  await run(`rm -rf ${base}`);
  await run(place(render(runtime, spec, context)));
  await run(
    [
      writeFile(`${base}/report/paths`, JSON.stringify(paths)),
      ...folders.map(({ source }) => `mkdir -p ${quoted(source)}`),
      ...spec.secrets.map((s) =>
        writeFile(`${context.directory}/secrets/${s.secret}`, `secret at ${s.target}`),
      ),
      `chmod 0700 ${context.directory}/secrets; chown -R ${owner}:${owner} ${base}/report`,
    ].join('\n'),
  );
  try {
    await verb('prepare');
    await verb('start');
    const report = JSON.parse(
      await run(
        `for i in $(seq 100); do [ -e ${base}/report/report ] && break; sleep 0.1; done; cat ${base}/report/report`,
      ),
    ) as Report;
    const probed = JSON.parse(await verb('healthy')) as string[];
    const inspected = await inspect(run, runtime, attack.account, instance);
    return [
      ...listed('argv', [...texts, ...texts], report.argv),
      ...mapped('environment', spec.environment, report.env),
      ...mapped('labels', spec.labels, inspected.labels),
      ...listed('health (verb)', texts, probed),
      ...listed('health (engine)', ['CMD', ...echo, ...texts], inspected.health),
      ...listed('working_dir', [spec.workingDir], [report.cwd]),
      ...listed('hostname', [spec.hostname], [report.hostname]),
      ...listed('user', [attack.user?.uid ?? 0, attack.user?.gid ?? 0], report.user),
      ...mapped('paths', expectedPaths(spec), report.paths),
    ];
  } finally {
    await verb('remove');
    await removeNetworks(exec, runtime, attack.account, context.stack);
    await run(`rm -rf ${base}`);
  }
}

interface Report {
  argv: string[];
  env: Record<string, string>;
  cwd: string;
  hostname: string;
  user: [number, number];
  paths: Record<string, string>;
}

function expectedPaths(spec: ServiceSpec): Record<string, string> {
  return Object.fromEntries([
    ...spec.mounts.map((m) => [
      m.target,
      `folder ${m.kind !== 'tmpfs' && m.readOnly ? 'read-only' : 'writable'}`,
    ]),
    ...spec.secrets.map((s) => [s.target, `secret at ${s.target}`]),
    ...spec.configs.map((c) => [c.target, c.content]),
  ]);
}

/** What the engine itself has recorded. */
async function inspect(
  run: (script: string) => Promise<string>,
  runtime: RuntimeName,
  account: Account,
  instance: string,
): Promise<{ labels: Record<string, string>; health: string[] }> {
  const command = `${engineCommand(runtime, account)} container inspect ${instance}`;
  const [container] = JSON.parse(await run(command)) as [
    { Config: { Labels: Record<string, string>; Healthcheck: { Test: string[] } } },
  ];
  return { labels: container.Config.Labels, health: container.Config.Healthcheck.Test };
}

function listed(field: string, sent: unknown[], got: unknown[]): Disagreement[] {
  const length = Math.max(sent.length, got.length);
  return Array.from({ length }, (_, i) => ({ field: `${field}[${i}]`, sent: sent[i], got: got[i] })).filter(
    (d) => d.sent !== d.got,
  );
}

function mapped(field: string, sent: Record<string, string>, got: Record<string, string>): Disagreement[] {
  return Object.entries(sent)
    .map(([key, value]) => ({ field: `${field}.${key}`, sent: value, got: got[key] }))
    .filter((d) => d.sent !== d.got);
}
