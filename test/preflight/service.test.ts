import { expect, test } from '@jest/globals';
import { findingText } from '../../preflight/finding.ts';
import { type HostProbe, parseProbe } from '../../preflight/probe.ts';
import { type ServiceArgs, serviceFindings } from '../../preflight/service.ts';
import type { Mount, ServiceSpec } from '../../spec/service.ts';
import { probe } from '../provider/fakeHost.ts';
import { spec } from '../provider/fixture.ts';

const host = (changes: Partial<HostProbe> = {}): HostProbe => ({ ...parseProbe(probe()), ...changes });
const told = (
  service: Partial<ServiceSpec>,
  args: Partial<ServiceArgs> = {},
  changes: Partial<HostProbe> = {},
) =>
  serviceFindings(
    { spec: spec(service), runtime: 'podman', from: undefined, accountUid: 1000, ...args },
    host(changes),
  ).map((finding) => `${finding.severity} ${findingText(finding)}`);

const mount = (source: string, readOnly = true): Mount => ({ kind: 'host', source, target: '/m', readOnly });
const path = (source: string, found: boolean, readable = false, writable = false) => ({
  paths: { [source]: { found, readable, writable } },
});

test('a plain service has nothing against it, on either runtime, moved or not', () => {
  for (const runtime of ['docker', 'podman'] as const)
    for (const from of [undefined, 'docker', 'podman'] as const)
      expect(told({}, { runtime, from })).toEqual([]);
});

test.each<[string, Partial<ServiceSpec>, Partial<ServiceArgs>, Partial<HostProbe>, RegExp]>([
  [
    'an image for another architecture',
    {},
    {},
    { images: { docker: {}, podman: { 'docker.io/example/web:1': 'arm64' } } },
    /^refusal services\.web\.image: "example\/web:1" is for arm64, and the host is amd64\./,
  ],
  [
    'a published port that is taken',
    {},
    {},
    { listeners: [{ address: '0.0.0.0', port: 5001, process: 'python3' }] },
    /^refusal services\.web\.ports: python3 listens on 0\.0\.0\.0:5001 of the host already/,
  ],
  [
    'a published TCP port',
    { ports: [{ port: 5432, protocol: 'tcp', published: [{ address: '0.0.0.0', port: 5432 }] }] },
    {},
    {},
    /^note services\.web\.ports: clients of 0\.0\.0\.0:5432 arrive from the host's proxy/,
  ],
  [
    'limits that nothing enforces',
    { limits: { cpus: 1, memoryBytes: 2 ** 20, pids: 10 } },
    {},
    { controllers: { docker: ['cpu', 'memory', 'pids'], podman: ['pids'] } },
    /^warning services\.web\.cpus, mem_limit: podman on this host cannot enforce limits of cpu, memory/,
  ],
  [
    'SELinux',
    { mounts: [mount('/etc/hosts')] },
    {},
    { seLinux: 'enforcing', ...path('/etc/hosts', true, true) },
    /^refusal services\.web\.volumes: SELinux enforces/,
  ],
  [
    "docker's socket under podman",
    { mounts: [mount('/var/run/docker.sock')] },
    {},
    {},
    /^refusal .*"\/var\/run\/docker\.sock" is docker's socket.*Keep the service on docker/,
  ],
  [
    "podman's socket under docker",
    { mounts: [mount('/run/user/1000/podman/podman.sock')] },
    { runtime: 'docker' },
    {},
    /^refusal .* is podman's socket/,
  ],
  [
    'a mount that is not there',
    { mounts: [mount('/srv/shared')] },
    { runtime: 'docker' },
    path('/srv/shared', false),
    /^refusal .*"\/srv\/shared" is not on the host/,
  ],
  [
    'one that the account cannot read',
    { mounts: [mount('/root')] },
    {},
    path('/root', true),
    /^warning .*cannot read "\/root"/,
  ],
  [
    'one that it cannot write',
    { mounts: [mount('/etc', false)] },
    {},
    path('/etc', true, true),
    /^warning .*cannot write "\/etc"/,
  ],
  [
    "the whole host's capabilities",
    { capAdd: ['CHOWN', 'SYS_TIME', 'CAP_SYS_ADMIN'] },
    {},
    {},
    /^warning services\.web\.cap_add: SYS_TIME, CAP_SYS_ADMIN would count/,
  ],
  [
    'a privileged port as a user',
    { user: { uid: 1000, gid: 1000 }, ports: [{ port: 80, protocol: 'http', published: [] }] },
    {},
    {},
    /^refusal services\.web\.expose: it listens on port 80 as uid 1000/,
  ],
  [
    'files that change their owners',
    { mounts: [{ kind: 'volume', volume: 'data', target: '/data', readOnly: false }] },
    { from: 'docker' },
    {},
    /^note services\.web\.volumes: \/data: files of the image's own user have other owners on disk under podman/,
  ],
])('%s', (_, service, args, changes, expected) => {
  const found = told(service, args, changes);
  expect(found).toHaveLength(1);
  expect(found[0]).toMatch(expected);
});

test.each<[string, Partial<ServiceSpec>, Partial<ServiceArgs>, Partial<HostProbe>]>([
  [
    "the proxy's own listener",
    {},
    {},
    { listeners: [{ address: '127.0.0.1', port: 5001, process: 'haproxy' }] },
  ],
  [
    'the same port of another address',
    {},
    {},
    { listeners: [{ address: '10.0.0.1', port: 5001, process: 'python3' }] },
  ],
  ['a capability in the user namespace', { capAdd: ['CHOWN', 'NET_ADMIN'] }, {}, {}],
  ['any capability under docker', { capAdd: ['SYS_TIME'] }, { runtime: 'docker' }, {}],
  ['a privileged port as root', { ports: [{ port: 80, protocol: 'http', published: [] }] }, {}, {}],
  [
    "the account's own user, whose files have one owner",
    {
      user: { uid: 1000, gid: 1000 },
      mounts: [{ kind: 'volume', volume: 'data', target: '/data', readOnly: false }],
    },
    { from: 'docker' },
    {},
  ],
])('nothing is said of %s', (_, service, args, changes) => {
  expect(told(service, args, changes)).toEqual([]);
});
