import { describe, expect, test } from '@jest/globals';
import { type Audit, audit, isAsDeclared } from '../../audit/audit.ts';
import { parseHost } from '../../audit/host.ts';
import { load } from '../compose/file.ts';
import { type Answer, answer, type Container, socket } from './answer.ts';

const { services } = load(`services:
  admin: {image: "team/admin:1", ports: ["127.0.0.1:5001:5001"], depends_on: [engine]}
  engine: {image: "team/engine:1", expose: ["8000"]}
  editor: {image: "team/editor:1", profiles: [editor]}
`);
const found = (given: Answer = {}): Audit => audit(parseHost(answer(given)), { stack: 'prod', services });
const composed = (service: string, more: Partial<Container> = {}): Container => ({
  name: `cortex-${service}-1`,
  image: `team/${service}:1`,
  labels: {
    'com.docker.compose.project': 'cortex',
    'com.docker.compose.service': service,
    'com.docker.compose.project.working_dir': '/home/deploy/cortex',
  },
  pid: 10,
  ...more,
});
const by = ({ services }: Audit) =>
  Object.fromEntries(
    services.map(({ service, running }) => [service, running.map((one) => `${one.under} ${one.by}`)]),
  );

describe('what runs is a declared service', () => {
  test.each<[string, Answer, Record<string, string[]>]>([
    ['by its Compose label', { docker: [composed('admin')] }, { admin: ['compose its Compose label'] }],
    ['by its name', { docker: [{ name: 'admin' }] }, { admin: ['docker its name'] }],
    [
      'by its image',
      { podman: { root: [{ name: 'x', image: 'docker.io/team/admin:0.9' }] } },
      { admin: ['podman its image'] },
    ],
    [
      'by the label of this program',
      {
        podman: {
          cortex: [
            {
              name: 'admin-1a2b3c4',
              labels: { 'containerhost.stack': 'prod', 'containerhost.service': 'admin' },
            },
          ],
        },
      },
      { admin: ['podman of cortex its label'] },
    ],
    [
      'by the name of its unit',
      {
        units: [
          {
            fields: {
              Id: 'engine.service',
              FragmentPath: '/etc/systemd/system/engine.service',
              ActiveState: 'active',
              SubState: 'running',
              ActiveEnterTimestampMonotonic: '500000',
            },
          },
        ],
      },
      { engine: ['systemd its name'] },
    ],
  ])('%s', (_, given, expected) => {
    expect(by(found(given))).toEqual({ admin: [], engine: [], ...expected });
    expect(found(given).strangers).toEqual([]);
  });
});

describe('strangers', () => {
  const names = (given: Answer) => found(given).strangers.map(({ name, under }) => `${name} under ${under}`);
  const unit = (fields: Record<string, string>, account?: string) => ({
    ...(account && { account }),
    fields: {
      Id: 'old.service',
      ActiveState: 'active',
      SubState: 'running',
      ActiveEnterTimestampMonotonic: '0',
      ...fields,
    },
  });

  test.each<[string, Answer, string[]]>([
    ['a container of another name', { docker: [{ name: 'old' }] }, ['old under docker']],
    [
      "one of another Compose project's services",
      { docker: [composed('shop')] },
      ['cortex-shop-1 under compose'],
    ],
    [
      "another stack's instance",
      {
        docker: [
          { name: 'admin-1', labels: { 'containerhost.stack': 'other', 'containerhost.service': 'admin' } },
        ],
      },
      ['admin-1 under docker'],
    ],
    ['a container of any account', { podman: { alice: [{ name: 'old' }] } }, ['old under podman of alice']],
    [
      'a unit made by hand',
      { units: [unit({ FragmentPath: '/etc/systemd/system/old.service' })] },
      ['old.service under systemd'],
    ],
    [
      'one that failed',
      { units: [unit({ FragmentPath: '/etc/systemd/system/old.service', ActiveState: 'failed' })] },
      ['old.service under systemd'],
    ],
    [
      "an account's unit",
      { units: [unit({ FragmentPath: '/home/a/.config/systemd/user/old.service' }, 'a')] },
      ['old.service under systemd of a'],
    ],
    ["not a package's unit", { units: [unit({ FragmentPath: '/usr/lib/systemd/system/ssh.service' })] }, []],
    [
      "nor one of this program's",
      {
        units: [
          unit({
            Id: 'containerhost-proxy.service',
            FragmentPath: '/etc/systemd/system/containerhost-proxy.service',
          }),
        ],
      },
      [],
    ],
    [
      'nor one that does nothing',
      { units: [unit({ FragmentPath: '/etc/systemd/system/old.service', ActiveState: 'inactive' })] },
      [],
    ],
    [
      'a process on a declared port',
      {
        listeners: ['LISTEN 0 5 10.0.0.1:5001 0.0.0.0:* users:(("python3",pid=7,fd=3))'],
        processes: [
          '  7  1 root  60 0::/system.slice/x.scope   /usr/bin/python3 -m http.server --token hunter2',
        ],
      },
      ['python3 (pid 7) under process'],
    ],
    [
      'not the process by which an engine publishes a port',
      {
        listeners: ['LISTEN 0 5 127.0.0.1:5001 0.0.0.0:* users:(("docker-proxy",pid=7,fd=3))'],
        processes: ['  7  1 root  60 0::/system.slice/docker.service   /usr/sbin/docker-proxy'],
      },
      [],
    ],
    [
      'nor one on another port',
      { listeners: ['LISTEN 0 5 0.0.0.0:22 0.0.0.0:* users:(("sshd",pid=7,fd=3))'] },
      [],
    ],
  ])('%s', (_, given, expected) => {
    expect(names(given)).toEqual(expected);
  });

  test('are told what a deployment would stumble over, and show no secret', () => {
    const { strangers } = found({
      listeners: ['LISTEN 0 5 *:5001 *:* users:(("python3",pid=7,fd=3))'],
      processes: ['  7  1 root  60 0::/x   python3 -m app --token hunter2 --password=hunter2 TOKEN=hunter2'],
    });
    expect(strangers[0]?.remarks[0]).toBe(
      'holds 127.0.0.1:5001, which admin publishes: pulumi up would refuse to begin',
    );
    expect(strangers[0]?.command).toBe('python3 -m app --token (hidden) --password=(hidden) TOKEN=(hidden)');
  });

  test('one on the same port of another address, one of a profile that is off, one with the image of a service', () => {
    const { strangers } = found({
      docker: [
        composed('admin'),
        composed('editor'),
        { name: 'copy', image: 'team/admin:0.9', published: { 1: '10.0.0.1:5001' }, state: 'exited' },
      ],
    });
    expect(strangers.map(({ name, remarks }) => [name, ...remarks])).toEqual([
      ['cortex-editor-1', 'is editor of the compose file, whose profile is off: see cortex:profiles'],
      [
        'copy',
        'has the image of admin, which runs elsewhere',
        'has port 5001 on another address than admin, which publishes 127.0.0.1:5001',
      ],
    ]);
  });

  test('what a container is told is in no answer: it may be a secret', () => {
    expect(
      JSON.stringify(found({ docker: [{ name: 'old', environment: ['TOKEN=hunter2'] }] })),
    ).not.toContain('hunter2');
  });
});

describe('running but unused', () => {
  const idle = (sockets: string[], others: Container[] = []) =>
    found({ docker: [composed('admin'), ...others], sockets: { 10: sockets } }).services[0]?.running[0]
      ?.remarks ?? [];

  test('is what nobody connects to, and nothing names', () => {
    expect(idle([socket(5001, '00000000', '0A')])).toEqual([expect.stringContaining('unused as it seems')]);
    expect(idle([socket(5001, '00000000', '0A'), socket(5001, '0100007F', '06')])).toHaveLength(1);
  });

  test.each<[string, string[], Container[]]>([
    ['a connection', [socket(5001, '010012AC', '01')], []],
    ['one within the last minute', [socket(5001, '010012AC', '06')], []],
    ['somebody who is told its name', [], [{ name: 'x', environment: ['URL=http://admin:5001/'] }]],
  ])('is not what has %s', (_, sockets, others) => {
    expect(idle([socket(5001, '00000000', '0A'), ...sockets], others)).toEqual([]);
  });

  test('is not what is declared to be depended on', () => {
    const engine = found({ docker: [composed('engine')], sockets: { 10: [socket(8000, '00000000', '0A')] } })
      .services[1];
    expect(engine?.running[0]).toMatchObject({ dependents: ['admin (declared)'], remarks: [] });
  });
});

describe('the verdict', () => {
  const busy = { sockets: { 10: [socket(5001, '010012AC', '01')] } };
  test('is good where everything that is declared runs, once, and nothing else', () => {
    expect(isAsDeclared(found({ docker: [composed('admin'), composed('engine')], ...busy }))).toBe(true);
  });

  test.each<[string, Container[]]>([
    ['something does not run', [composed('admin')]],
    ['something is stopped', [composed('admin'), composed('engine', { state: 'exited' })]],
    ['something runs twice', [composed('admin'), composed('engine'), { name: 'engine', pid: 10 }]],
    ['a stranger runs', [composed('admin'), composed('engine'), { name: 'old', pid: 10 }]],
  ])('is not, where %s', (_, docker) => {
    expect(isAsDeclared(found({ docker, ...busy }))).toBe(false);
  });
});

test('what could not be seen is told, with the way on', () => {
  expect(found({ uid: 1000, docker: 'denied permission denied while trying to connect' }).unseen).toEqual([
    expect.stringMatching(/may not become root.*passwordless sudo/),
    'docker did not answer: permission denied while trying to connect',
  ]);
  expect(found({ docker: 'absent' }).unseen).toEqual([]);
});

test('an answer that was cut short is an error, never a quiet host', () => {
  expect(() => parseHost(answer().replace('=== end\n', ''))).toThrow('cut short');
});
