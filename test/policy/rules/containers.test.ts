import { describe, expect, test } from '@jest/globals';
import { dockerType } from '../../../policy/container.ts';
import { memoryLimits } from '../../../policy/rules/memoryLimits.ts';
import { pinnedDigests } from '../../../policy/rules/pinnedDigests.ts';
import { privileged } from '../../../policy/rules/privileged.ts';
import { runtimeSocket } from '../../../policy/rules/runtimeSocket.ts';
import type { ServiceSpec } from '../../../spec/service.ts';
import { instance, messages, subject } from '../subjects.ts';

const docker = (args: object) =>
  subject(dockerType, { image: `a@sha256:${'0'.repeat(64)}`, memory: 64, ...args });

describe('no-privileged-container', () => {
  test.each<[string, Partial<ServiceSpec> | object, RegExp]>([
    ['a capability that is root', { capAdd: ['SYS_ADMIN'] }, /adds the capability SYS_ADMIN/],
    ['all capabilities', { capAdd: ['ALL'] }, /adds the capability ALL/],
    ['no filter of system calls', { seccomp: 'unconfined' }, /has seccomp=unconfined/],
    ['what was found on a host', { privileged: true }, /is privileged/],
  ])('refuses %s', (_, spec, words) => {
    expect(messages(privileged, [instance(spec)])).toEqual([expect.stringMatching(words)]);
  });

  test.each<[object, RegExp]>([
    [{ privileged: true }, /is privileged/],
    [{ capabilities: { adds: ['CAP_SYS_MODULE'] } }, /SYS_MODULE/],
    [{ securityOpts: ['apparmor=unconfined'] }, /apparmor=unconfined/],
    [{ pidMode: 'host' }, /the pid namespace of the host/],
    [{ usernsMode: 'host' }, /the user namespace of the host/],
    [{ networkMode: 'host' }, /the network namespace of the host/],
  ])("refuses Docker's own %j", (args, words) => {
    expect(messages(privileged, [docker(args)])).toEqual([expect.stringMatching(words)]);
  });

  test('passes what is confined, and a capability of little use to an attacker', () => {
    expect(messages(privileged, [instance({}), instance({ capAdd: ['NET_BIND_SERVICE'] })])).toEqual([]);
    expect(
      messages(privileged, [docker({ networkMode: 'bridge', capabilities: { drops: ['ALL'] } })]),
    ).toEqual([]);
  });
});

describe('no-runtime-socket', () => {
  const mount = (source: string) => ({
    mounts: [{ kind: 'host' as const, source, target: '/x', readOnly: true }],
  });

  test.each(['/var/run/docker.sock', '/run/podman/podman.sock', '/', '/var/lib/docker', '/run/user/1000'])(
    'refuses %s',
    (source) => {
      expect(messages(runtimeSocket, [instance(mount(source))])).toEqual([
        expect.stringContaining(`mounts ${source} of the host`),
      ]);
      expect(messages(runtimeSocket, [docker({ volumes: [{ hostPath: source }] })])).toHaveLength(1);
      expect(messages(runtimeSocket, [docker({ mounts: [{ type: 'bind', source }] })])).toHaveLength(1);
    },
  );

  test('passes other folders, and volumes of an engine', () => {
    expect(messages(runtimeSocket, [instance(mount('/srv/books'))])).toEqual([]);
    expect(messages(runtimeSocket, [docker({ mounts: [{ type: 'volume', source: 'etc' }] })])).toEqual([]);
  });
});

describe('pinned-digests', () => {
  const tag = { image: 'team/web:1.4.2' };

  test('refuses a tag in production', () => {
    expect(messages(pinnedDigests, [instance(tag)])).toEqual([
      expect.stringContaining('runs team/web:1.4.2, which is no digest'),
    ]);
    expect(messages(pinnedDigests, [docker({ image: 'web:latest' })])).toHaveLength(1);
  });

  test('passes a digest there, and a tag elsewhere; which stacks are production can be said', () => {
    expect(messages(pinnedDigests, [instance({})])).toEqual([]);
    const staging = instance(tag, {}, 'staging');
    expect(messages(pinnedDigests, [staging])).toEqual([]);
    expect(messages(pinnedDigests, [staging], { stacks: ['staging'] })).toHaveLength(1);
  });
});

describe('memory-limits', () => {
  test('refuses none', () => {
    const none = { cpus: null, memoryBytes: null, pids: 1024 };
    expect(messages(memoryLimits, [instance({ limits: none })])).toEqual([
      expect.stringContaining('no memory limit'),
    ]);
    expect(messages(memoryLimits, [docker({ memory: undefined })])).toHaveLength(1);
  });

  test('passes one', () => {
    expect(messages(memoryLimits, [instance({}), docker({})])).toEqual([]);
  });
});
