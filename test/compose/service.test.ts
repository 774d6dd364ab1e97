import { describe, expect, test } from '@jest/globals';
import type { ServiceSpec } from '../../spec/service.ts';
import { load, problems, refusals, web } from './file.ts';

const none = { cpus: null, memoryBytes: null, pids: null };
const limited = { cpus: null, memoryBytes: 536_870_912, pids: 1024 };
const temporary = { kind: 'tmpfs', target: '/tmp', sizeBytes: 0, mode: '1777' } as const;

describe('a service', () => {
  test('defaults are those of Compose, confined, all filled in', () => {
    expect(web('init: false')).toEqual({
      name: 'web',
      image: 'team/web:1.2.3',
      entrypoint: null,
      command: null,
      environment: {},
      secrets: [],
      configs: [],
      user: null,
      workingDir: null,
      hostname: null,
      labels: {},
      readOnly: true,
      init: false,
      mounts: [temporary],
      ports: [],
      health: null,
      restart: 'no',
      stopGraceMs: 10_000,
      stopSignal: null,
      limits: limited,
      capDrop: ['ALL'],
      capAdd: [],
      noNewPrivileges: true,
      seccomp: 'default',
      logging: { maxSizeBytes: 10_000_000, maxFiles: 3 },
      networks: ['default'],
      dependsOn: [],
      rollout: 'recreate',
      peers: [],
    } satisfies ServiceSpec);
  });

  const limits = (lines: string) => `deploy: {resources: {limits: {${lines}}}}`;
  const cases: [string, Partial<ServiceSpec>][] = [
    ['command: a "b c"', { command: ['a', 'b c'] }],
    ['command: [a, "b c"]', { command: ['a', 'b c'] }],
    ['command:', { command: null }],
    ['entrypoint: /bin/x -y', { entrypoint: ['/bin/x', '-y'] }],
    ['entrypoint: [/bin/x]', { entrypoint: ['/bin/x'] }],
    ['user: "1000:1001"', { user: { uid: 1000, gid: 1001 } }],
    ['user: root', { user: { uid: 0, gid: 0 } }],
    ['user: "0:0"', { user: { uid: 0, gid: 0 } }],
    ['working_dir: /app/', { workingDir: '/app' }],
    ['hostname: box-1', { hostname: 'box-1' }],
    ['labels: {b: 1, a: x}', { labels: { a: 'x', b: '1' } }],
    ['labels: [a=x, b]', { labels: { a: 'x', b: '' } }],
    // as Compose has it
    ['read_only: true', { readOnly: true, mounts: [] }],
    ['read_only: false', { readOnly: false, mounts: [] }],
    ['tmpfs: "/tmp:size=1m"', { readOnly: true, mounts: [{ ...temporary, sizeBytes: 1_048_576 }] }],
    ['init: "true"', { init: true }],
    ['restart: unless-stopped', { restart: 'unless-stopped' }],
    ['restart: no', { restart: 'no' }],
    ['stop_grace_period: 1m30s', { stopGraceMs: 90_000 }],
    ['stop_signal: SIGINT', { stopSignal: 'SIGINT' }],
    [
      limits('cpus: "0.75", memory: 512M, pids: 100'),
      { limits: { cpus: 0.75, memoryBytes: 536_870_912, pids: 100 } },
    ],
    ['cpus: 1.5', { limits: { ...limited, cpus: 1.5 } }],
    ['mem_limit: 64m\npids_limit: 5', { limits: { ...limited, memoryBytes: 67_108_864, pids: 5 } }],
    ['mem_limit: 0\npids_limit: -1\ncpus: 0', { limits: none }],
    [`${limits('memory: 1g')}\nmem_limit: 1024m`, { limits: { ...limited, memoryBytes: 1_073_741_824 } }],
    [
      'cap_drop: [ALL]\ncap_add: [net_bind_service, CAP_CHOWN]',
      { capDrop: ['ALL'], capAdd: ['CHOWN', 'NET_BIND_SERVICE'] },
    ],
    ['cap_drop: []', { capDrop: [] }],
    ['security_opt: ["no-new-privileges:true"]', { noNewPrivileges: true }],
    ['security_opt: ["no-new-privileges"]', { noNewPrivileges: true }],
    ['security_opt: ["no-new-privileges=false"]', { noNewPrivileges: false, seccomp: 'default' }],
    ['security_opt: ["seccomp:unconfined"]', { noNewPrivileges: true, seccomp: 'unconfined' }],
    [
      'logging: {driver: json-file, options: {max-size: "10m", max-file: "3"}}',
      { logging: { maxSizeBytes: 10_000_000, maxFiles: 3 } },
    ],
    ['logging: {options: {max-size: -1, max-file: 2}}', { logging: { maxSizeBytes: null, maxFiles: 2 } }],
    ['logging: {options: {max-size: -1}}', { logging: { maxSizeBytes: null, maxFiles: null } }],
    ['logging: {options: {max-size: 1k}}', { logging: { maxSizeBytes: 1000, maxFiles: 3 } }],
    ['networks: [back, default]', { networks: ['back', 'default'] }],
    ['networks: {front: , back: {}}', { networks: ['back', 'front'] }],
    // what is the case anyway
    [
      'privileged: false\ntty: false\nscale: 1\npull_policy: missing\ndeploy: {replicas: 1, mode: replicated}',
      {},
    ],
    ['attach: false\ndevelop: {watch: []}\nx-note: mine', {}],
  ];
  test.each(cases)('%s', (lines, expected) => {
    expect(web(lines, 'networks: {front: , back: {driver: bridge}}')).toMatchObject(expected);
  });

  test.each([
    ['command: a; b', "services.web.command: no unquoted ';'"],
    ['command: []', 'services.web.command: at least one word'],
    ['entrypoint: ""', 'services.web.entrypoint: at least one word'],
    ['user: "1000"', 'services.web.user: a group too'],
    ['user: app', 'services.web.user: a user and a group as numbers'],
    ['user: "app:app"', 'services.web.user: a user and a group as numbers'],
    ['working_dir: app', 'services.web.working_dir: an absolute path'],
    ['hostname: a_b', 'services.web.hostname: a host name'],
    ['labels: {containerhost.stack: x}', 'services.web.labels["containerhost.stack"]: a label of your own'],
    ['read_only: "maybe"', 'services.web.read_only: true or false'],
    ['restart: "on-failure:3"', 'services.web.restart: "no", on-failure'],
    ['stop_grace_period: 10', 'services.web.stop_grace_period: a string'],
    ['stop_grace_period: "10"', 'services.web.stop_grace_period: a duration in whole'],
    ['stop_signal: "9"', 'services.web.stop_signal: the name of a signal'],
    [limits('cpus: many'), 'services.web.deploy.resources.limits.cpus: a number above 0'],
    [limits('memory: -1'), 'services.web.deploy.resources.limits.memory: a string'],
    [`${limits('memory: 1g')}\nmem_limit: 2g`, 'services.web.mem_limit: the same limit'],
    ['deploy: {resources: {reservations: {cpus: "1"}}}', 'services.web.deploy.resources.reservations: no'],
    ['deploy: {replicas: 2}', 'services.web.deploy.replicas: 1: a service has one instance'],
    ['deploy: {restart_policy: {condition: any}}', 'services.web.deploy.restart_policy: no'],
    ['deploy: {update_config: {parallelism: 1}}', 'services.web.deploy.update_config.parallelism: no'],
    ['cap_drop: [NETRAW]', 'services.web.cap_drop[0]: a Linux capability'],
    ['cap_add: [all]', 'services.web.cap_add: the capabilities that it needs'],
    ['security_opt: ["apparmor:unconfined"]', 'services.web.security_opt[0]: no-new-privileges:true'],
    ['logging: {driver: syslog}', 'services.web.logging.driver: json-file'],
    ['logging: {options: {compress: "true"}}', 'services.web.logging.options.compress: no'],
    ['logging: {options: {max-size: huge}}', 'services.web.logging.options.max-size: a size'],
    ['networks: [gone]', 'services.web.networks[0]: a network of the top-level'],
    ['networks: {default: {aliases: [x]}}', 'services.web.networks.default.aliases: no `aliases`'],
    ['build: .', 'services.web.build: a Dockerfile in the project; it is not there'],
    ['build: ../web', 'services.web.build: a folder of the project; it leads out of it'],
    ['container_name: web', 'services.web.container_name: no `container_name`'],
    ['network_mode: host', 'services.web.network_mode: no'],
    ['privileged: true', 'services.web.privileged: no'],
    ['scale: 2', 'services.web.scale: no'],
    ['devices: [/dev/fuse]', 'services.web.devices: no'],
    ['constructor: x', 'services.web.constructor: no `constructor`'],
  ])('%s is refused', (lines, refusal) => {
    expect(refusals(lines)).toEqual([expect.stringContaining(refusal)]);
  });

  test.each(['container_name', 'network_mode', 'devices', 'links'])(
    '%s: the fix says more than "delete it"',
    (key) => {
      const value = key === 'links' || key === 'devices' ? '[x]' : 'xx';
      const [problem] = problems(`services: {web: {image: "a:1", ${key}: ${value}}}`);
      expect(problem?.fix.length).toBeGreaterThan('delete it'.length);
    },
  );
});

describe('the image', () => {
  const digest = `sha256:${'0'.repeat(64)}`;
  test.each([
    'a:1',
    'team/a:1.2.3',
    'registry.example.com/team/a_b-c:v1',
    'localhost:5000/a:x',
    `a@${digest}`,
    `a:latest@${digest}`,
  ])('%s is pinned', (image) => {
    expect(problems(`services: {web: {image: "${image}"}}`)).toEqual([]);
  });

  test.each([
    ['A:1', 'an image name in lower case'],
    ['a:1 ', 'an image name in lower case'],
    ['', 'an image name in lower case'],
    ['a@sha256:1', 'an image name in lower case'],
  ])('%j is refused', (image, expected) => {
    expect(problems(`services: {web: {image: "${image}"}}`)).toMatchObject([
      { path: 'services.web.image', expected: expect.stringContaining(expected) },
    ]);
  });

  test.each(['a', 'a:latest', 'localhost:5000/a'])('%s floats, and that is a warning', (image) => {
    expect(load(`services: {web: {image: "${image}"}}`).warnings).toMatchObject([
      {
        severity: 'warning',
        path: 'services.web.image',
        expected: expect.stringContaining('"latest" is another'),
      },
    ]);
  });

  test('must be there', () => {
    expect(problems('services: {web: {init: true}}')).toMatchObject([
      { path: 'services.web', expected: 'an `image`' },
    ]);
  });
});

test.each(['Web', 'a_b', '-a', 'a.b', 'a'.repeat(41)])('the service name %s is refused', (name) => {
  expect(problems(`services: {"${name}": {image: "a:1"}}`)).toMatchObject([
    { expected: expect.stringContaining('a name of at most 40 characters') },
  ]);
});

describe('rollout', () => {
  const rest = 'volumes: {data: }';
  const order = (value: string) => `deploy: {update_config: {order: ${value}}}`;
  test.each([
    ['ports: ["80:80"]', 'rolling'],
    ['expose: [80]', 'rolling'],
    ['expose: [80]\nvolumes: ["data:/d:ro"]\ntmpfs: /tmp', 'rolling'],
    ['expose: [80]\nvolumes: ["data:/d"]', 'recreate'],
    ['expose: [80]\nvolumes: ["./k:/d"]', 'recreate'],
    ['expose: [80]\nvolumes: ["/srv/k:/d"]', 'recreate'],
    ['init: true', 'recreate'],
    [`expose: [80]\n${order('stop-first')}`, 'recreate'],
    [order('start-first'), 'rolling'],
    // the author's explicit word
    [`expose: [80]\nvolumes: ["data:/d"]\n${order('start-first')}`, 'rolling'],
  ])('%j is %s', (lines, rollout) => {
    expect(web(lines, rest, { digests: { k: 'd' } }).rollout).toBe(rollout);
  });
});
