import { describe, expect, test } from '@jest/globals';
import { problems } from '../../runtimes/check.ts';
import { runtimeNames, type ServiceSpec } from '../../spec/service.ts';
import { admin, engine, everything, minimal, tunnel } from './services.ts';

const health = { command: ['x'], intervalMs: 1000, timeoutMs: 1000, retries: 1, startPeriodMs: 0 };
const tmpfs = { kind: 'tmpfs', target: '/t', sizeBytes: 0, mode: '1777' } as const;

describe.each(runtimeNames)('%s', (runtime) => {
  test.each([minimal, admin, engine, tunnel, everything])('has nothing against $name', (spec) => {
    expect(problems(runtime, spec)).toEqual([]);
  });

  const refused: [Partial<ServiceSpec>, string][] = [
    [{ image: 'two words' }, 'image: "two words" is not the name of an image'],
    [{ image: '-v/:/host' }, 'image: "-v/:/host" is not the name of an image'],
    [{ image: '' }, 'image: "" is not the name of an image'],
    [{ command: ['a', 'b\0c'] }, 'command: "b\\u0000c" holds U+0000'],
    [{ entrypoint: ['\ud800'] }, 'entrypoint: "\\ud800" holds U+D800'],
    [{ environment: { A: '\ufffe' } }, 'environment.A: "\ufffe" holds U+FFFE'],
    [{ environment: { A: '\u0080' } }, 'environment.A: "\u0080" holds U+0080'],
    [{ environment: { 'A B': '' } }, 'environment: "A B" is not the name of a variable'],
    [{ environment: { '': '' } }, 'environment: "" is not the name of a variable'],
    [{ environment: { 'A=B': '' } }, 'environment: "A=B" is not the name of a variable'],
    [{ labels: { 'a=b': '' } }, 'labels: "a=b" is not the name of a label'],
    [
      { labels: { 'containerhost.digest': 'x' } },
      'labels: "containerhost.digest" is a label that the deployment sets',
    ],
    [{ hostname: 'a b' }, 'hostname: "a b" is not a host name'],
    [{ hostname: '-a' }, 'hostname: "-a" is not a host name'],
    [{ workingDir: 'app' }, 'working_dir: "app" is not an absolute path'],
    [{ workingDir: '/app ' }, 'working_dir: "/app " ends in white space or a quote'],
    [{ stopSignal: '-9' }, 'stop_signal: "-9" is not a signal'],
    [{ capDrop: ['all; x'] }, 'cap_drop: "all; x" is not a capability'],
    [{ capAdd: ['--privileged'] }, 'cap_add: "--privileged" is not a capability'],
    [{ networks: [] }, 'networks: "" names no network'],
    [{ networks: ['a b'] }, 'networks: "a b" is not a name'],
    [{ secrets: [{ secret: '../x', target: '/x' }] }, 'secrets: "../x" is not a name'],
    [{ secrets: [{ secret: 'x', target: 'x' }] }, 'secrets: "x" is not an absolute path'],
    [{ configs: [{ config: '-x', target: '/x', content: '' }] }, 'configs: "-x" is not a name'],
    [{ mounts: [tmpfs, tmpfs] }, 'tmpfs: "/t" is mounted twice'],
    [{ mounts: [{ ...tmpfs, mode: '1777,exec' }] }, 'tmpfs: "1777,exec" is not a mode'],
    [{ mounts: [{ ...tmpfs, target: '/a\nb' }] }, 'tmpfs: "/a\\nb" is not an absolute path'],
    [
      { mounts: [{ kind: 'host', source: 'etc', target: '/x', readOnly: true }] },
      'volumes: "etc" is not an absolute path',
    ],
    [{ health: { ...health, command: [] } }, 'healthcheck.test: "" has no command'],
    [{ health: { ...health, retries: 0 } }, 'healthcheck.retries: 0 is too few'],
  ];
  test.each(refused)('refuses %j', (part, message) => {
    const found = problems(runtime, { ...minimal, ...part });
    expect(found).toHaveLength(1);
    expect(found[0]).toContain(`services.plain.${message}`);
  });

  test('reports everything at once', () => {
    expect(problems(runtime, { ...minimal, image: ' ', hostname: ' ', networks: [] })).toHaveLength(3);
  });

  test('shortens what it quotes', () => {
    const [line] = problems(runtime, { ...minimal, command: [`\0${'x'.repeat(5000)}`] });
    expect(line?.length).toBeLessThan(250);
  });
});

describe('what only podman cannot do', () => {
  const refused: [Partial<ServiceSpec>, string][] = [
    [{ image: 'example/app:build.image' }, 'image: "example/app:build.image" ends as a Quadlet unit does'],
    [
      { health: { ...health, command: ['/my program'] } },
      'healthcheck.test: "/my program" cannot be told to podman',
    ],
    [
      { health: { ...health, command: ['none', 'a b'] } },
      'healthcheck.test: "none" cannot be told to podman',
    ],
    [{ user: { uid: 70_000, gid: 0 } }, 'user: 70000 does not exist in a podman container'],
    [{ secrets: [{ secret: 'x', target: '/a,b' }] }, 'secrets: "/a,b" holds a comma'],
  ];
  test.each(refused)('%j', (part, message) => {
    const spec = { ...minimal, ...part };
    expect(problems('docker', spec)).toEqual([]);
    expect(problems('podman', spec)).toEqual([expect.stringContaining(`services.plain.${message}`)]);
  });
});
