import type { RenderContext } from '../../runtimes/runtime.ts';
import type { ServiceSpec } from '../../spec/service.ts';

/** A service that sets nothing but its image. */
export const minimal: ServiceSpec = {
  name: 'plain',
  image: 'example/plain:1.0.0',
  entrypoint: null,
  command: null,
  environment: {},
  secrets: [],
  configs: [],
  user: null,
  workingDir: null,
  hostname: null,
  labels: {},
  readOnly: false,
  init: false,
  mounts: [],
  ports: [],
  health: null,
  restart: 'no',
  stopGraceMs: 10_000,
  stopSignal: null,
  limits: { cpus: null, memoryBytes: null, pids: null },
  capDrop: [],
  capAdd: [],
  noNewPrivileges: false,
  seccomp: 'default',
  logging: { maxSizeBytes: null, maxFiles: null },
  networks: ['default'],
  dependsOn: [],
  rollout: 'rolling',
  peers: [],
};

const logging = { maxSizeBytes: 10_000_000, maxFiles: 3 };
const peers = ['cortex-admin', 'cortex-dashboard', 'cortex-engine'];

/** Runs as root, writes a volume, reads a folder of the project. */
export const admin: ServiceSpec = {
  ...minimal,
  name: 'cortex-admin',
  image: '97layer/cortex-admin:1.4.2',
  environment: { ENGINE_URL: 'http://cortex-engine:8000', CORTEX_ROLE: 'admin', SESSION_DAYS: '14' },
  mounts: [
    { kind: 'volume', volume: 'admin-data', target: '/app/data', readOnly: false },
    { kind: 'project', source: 'knowledge', target: '/app/knowledge', readOnly: true, digest: 'abc123' },
  ],
  ports: [{ port: 5001, protocol: 'http', published: [{ address: '127.0.0.1', port: 5001 }] }],
  health: {
    command: ['python', '-m', 'cortex.health', 'http://127.0.0.1:5001/healthz'],
    intervalMs: 10_000,
    timeoutMs: 3_000,
    retries: 3,
    startPeriodMs: 5_000,
  },
  restart: 'always',
  logging,
  networks: ['cortex'],
  dependsOn: [{ service: 'cortex-engine', condition: 'service_healthy' }],
  rollout: 'recreate',
  peers,
};

/** A single writer with a user, limits and a secret. */
export const engine: ServiceSpec = {
  ...minimal,
  name: 'cortex-engine',
  image: '97layer/cortex-engine:1.4.2',
  command: ['python', '-m', 'cortex.engine', '--listen', '0.0.0.0:8000', '--workers', '2'],
  environment: { CORTEX_ROLE: 'engine', DATABASE: '/app/state/cortex.sqlite3' },
  secrets: [{ secret: 'telegram-bot-token', target: '/run/secrets/telegram-bot-token' }],
  user: { uid: 1000, gid: 1000 },
  mounts: [
    { kind: 'volume', volume: 'engine-state', target: '/app/state', readOnly: false },
    { kind: 'project', source: 'knowledge', target: '/app/knowledge', readOnly: false, digest: 'abc123' },
  ],
  ports: [{ port: 8000, protocol: 'http', published: [] }],
  health: {
    command: ['/bin/sh', '-c', 'python -m cortex.health http://127.0.0.1:8000/healthz || exit 1'],
    intervalMs: 5_000,
    timeoutMs: 30_000,
    retries: 6,
    startPeriodMs: 0,
  },
  restart: 'always',
  stopGraceMs: 30_000,
  limits: { cpus: 0.75, memoryBytes: 512 * 1024 * 1024, pids: null },
  logging,
  networks: ['cortex'],
  rollout: 'recreate',
  peers,
};

/** The connector: no port, a secret, a config, a health check of its own binary. */
export const tunnel: ServiceSpec = {
  ...minimal,
  name: 'cortex-tunnel',
  image: 'cloudflare/cloudflared:2025.9.1',
  command: ['tunnel', '--no-autoupdate', '--config', '/etc/cloudflared/config.yml', 'run'],
  secrets: [{ secret: 'tunnel-token', target: '/run/secrets/tunnel-token' }],
  configs: [
    {
      config: 'tunnel-config',
      target: '/etc/cloudflared/config.yml',
      content: 'ingress:\n  - service: http_status:404\n',
    },
  ],
  user: { uid: 65532, gid: 65532 },
  health: {
    command: ['cloudflared', 'tunnel', '--metrics', '127.0.0.1:2000', 'ready'],
    intervalMs: 10_000,
    timeoutMs: 5_000,
    retries: 3,
    startPeriodMs: 0,
  },
  restart: 'always',
  stopGraceMs: 35_000,
  logging,
  networks: ['cortex'],
  peers,
};

/** Every field, with text that each language on the way would like to interpret. */
export const everything: ServiceSpec = {
  ...minimal,
  name: 'everything',
  image: `registry.example.com:5000/team/every.thing:1.0@sha256:${'ab'.repeat(32)}`,
  entrypoint: ['/usr/bin/env', '-S', 'a "quoted" $HOME %h'],
  command: [
    '',
    ';',
    '-x',
    '--a=b c',
    '$HOME',
    '${HOME}',
    '%n',
    "it's",
    'say "hi"',
    'back\\slash\\',
    'two\nlines',
    '\t',
    'ü→✓',
    '#',
  ],
  environment: {
    EMPTY: '',
    DOLLAR: '$HOME ${HOME} $$',
    PERCENT: '100% %n %%',
    QUOTES: `'single' "double"`,
    LINES: 'one\ntwo\n',
    SLASH: 'trailing\\',
    'dotted.name-x': 'yes',
    NO: '2001-01-01',
  },
  secretEnvironment: { API_KEY: 'env-API_KEY' },
  secrets: [
    { secret: 'api_key', target: '/run/secrets/api_key' },
    { secret: 'cert.pem', target: '/etc/my app/cert.pem' },
  ],
  configs: [{ config: 'app.conf', target: '/etc/app.conf', content: 'a = "$HOME"\n' }],
  user: { uid: 1234, gid: 4321 },
  workingDir: '/a dir/$x %y',
  hostname: 'every-thing.local',
  labels: { 'org.example.note': 'two words = "quoted" $HOME 100%', empty: '' },
  readOnly: true,
  init: true,
  mounts: [
    { kind: 'volume', volume: 'state', target: '/state', readOnly: true },
    { kind: 'host', source: '/srv/odd, "path" $1', target: '/mnt/odd, "path" $1', readOnly: false },
    { kind: 'tmpfs', target: '/tmp', sizeBytes: 64 * 1024 * 1024, mode: '1777' },
    { kind: 'tmpfs', target: '/cache', sizeBytes: 0, mode: '0700' },
  ],
  ports: [
    { port: 80, protocol: 'http', published: [{ address: '0.0.0.0', port: 8080 }] },
    { port: 5432, protocol: 'tcp', published: [] },
  ],
  health: {
    command: ['/bin/check', '$x', ''],
    intervalMs: 1_500,
    timeoutMs: 2_500,
    retries: 2,
    startPeriodMs: 500,
  },
  restart: 'on-failure',
  stopGraceMs: 1_500,
  stopSignal: 'SIGINT',
  limits: { cpus: 1.5, memoryBytes: 67_108_864, pids: 50 },
  capDrop: ['ALL'],
  capAdd: ['NET_BIND_SERVICE', 'CHOWN'],
  noNewPrivileges: true,
  seccomp: 'unconfined',
  logging: { maxSizeBytes: 5_000_000, maxFiles: null },
  networks: ['back', 'front'],
  peers: ['everything', 'other'],
};

/** A context in which all of the above can be rendered. */
export function contextOf(spec: ServiceSpec): RenderContext {
  const addresses = spec.peers.map((peer, i): [string, string] => [peer, `10.97.0.${i + 1}`]);
  return {
    stack: 'dev',
    instance: `${spec.name}-1a2b3c4`,
    directory: `/var/lib/containerhost/dev/${spec.name}/instances/${spec.name}-1a2b3c4`,
    account: { name: 'cortex', uid: 1001, subuidStart: 165536 },
    addresses: Object.fromEntries(addresses),
    ports: Object.fromEntries(spec.ports.map(({ port }, i) => [port, 20001 + i])),
    volumes: {
      'admin-data': '/data/volumes/dev/admin-data',
      'engine-state': '/data/volumes/dev/engine-state',
      state: '/data/state',
    },
    projects: { knowledge: '/data/projects/dev/knowledge-abc123' },
    digest: 'sha256:0123456789abcdef',
  };
}
