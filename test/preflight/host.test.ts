import { describe, expect, test } from '@jest/globals';
import { findingText } from '../../preflight/finding.ts';
import { hostFindings, memoryFindings } from '../../preflight/host.ts';
import { type HostProbe, parseProbe } from '../../preflight/probe.ts';
import type { RuntimeName } from '../../spec/service.ts';
import { probe } from '../provider/fakeHost.ts';

const host = (changes: Partial<HostProbe> = {}): HostProbe => ({ ...parseProbe(probe()), ...changes });
const told = (runtime: RuntimeName, changes: Partial<HostProbe>) =>
  hostFindings(runtime, 'cortex', host(changes)).map(
    (finding) => `${finding.severity} ${findingText(finding)}`,
  );

test('a host that was set up lacks nothing', () => {
  expect(told('docker', {})).toEqual([]);
  expect(told('podman', {})).toEqual([]);
});

test.each<[string, RuntimeName, Partial<HostProbe>, RegExp]>([
  [
    'an engine that is too old',
    'podman',
    { versions: { ...host().versions, podman: '4.3.1' } },
    /podman is 4\.3\.1\. It must be 5 or later/,
  ],
  [
    'one that does not answer',
    'docker',
    { versions: { ...host().versions, docker: '' } },
    /docker is |docker does not answer/,
  ],
  [
    'no proxy',
    'docker',
    { versions: { docker: '26', compose: '2', systemd: '257' } },
    /haproxy does not answer/,
  ],
  ['no linger', 'podman', { linger: false }, /no linger.*loginctl enable-linger/],
  [
    'too few ids',
    'podman',
    { subordinateIds: { uids: 65536, gids: 10 } },
    /65536 subordinate uids and 10 gids/,
  ],
  [
    'a full disk',
    'docker',
    { disks: [{ what: 'docker', folder: '/var/lib/docker', free: 2 ** 20 }] },
    /^refusal.*1 MiB are free for docker \(\/var\/lib\/docker\)/,
  ],
  [
    'a disk that is nearly full',
    'docker',
    { disks: [{ what: 'data', folder: '/srv', free: 2 ** 29 }] },
    /^warning.*512 MiB are free/,
  ],
])('%s', (_, runtime, changes, expected) => {
  const found = told(runtime, changes);
  expect(found).toHaveLength(1);
  expect(found[0]).toMatch(expected);
});

test('what another runtime needs is not asked for', () => {
  expect(told('docker', { linger: false, versions: { ...host().versions, podman: '4' } })).toEqual([]);
});

describe('memory for old and new at once', () => {
  const twice = [
    { service: 'admin', serving: 'admin-1', limitBytes: 2 ** 30 },
    { service: 'editor', serving: 'editor-1', limitBytes: 2 ** 28 },
    { service: 'cron', serving: undefined, limitBytes: null },
  ];

  test('what an instance holds now counts, not what it may', () => {
    const memory = { 'admin-1': 50 * 2 ** 20, 'editor-1': 50 * 2 ** 20 };
    expect(memoryFindings(twice, host({ memory, memoryAvailable: 100 * 2 ** 20 }))).toEqual([]);
  });

  test('too little is a refusal, which says which service to let stop first', () => {
    const memory = { 'admin-1': 50 * 2 ** 20, 'editor-1': 60 * 2 ** 20 };
    const [found] = memoryFindings(twice, host({ memory, memoryAvailable: 100 * 2 ** 20 }));
    expect(found).toMatchObject({
      severity: 'refusal',
      where: 'services.editor.deploy.update_config.order',
      found:
        'old and new instances of admin, editor, cron need 110 MiB more at the same time, and the host has 100 MiB',
      fix: expect.stringContaining('order: stop-first'),
    });
  });
});
