import { describe, expect, test } from '@jest/globals';
import { sharedRuntimeProblems, sharedUserProblems } from '../../spec/ownership.ts';
import type { ServiceSpec } from '../../spec/service.ts';
import { load } from '../compose/file.ts';

function specs(users: Record<string, string>, readOnly: string[] = []): ServiceSpec[] {
  const services = Object.entries(users).map(
    ([name, user]) =>
      `  ${name}: {image: "a:1", user: "${user}", volumes: ["v:/v${readOnly.includes(name) ? ':ro' : ''}"]}`,
  );
  return load(`services:\n${services.join('\n')}\nvolumes: {v: }\n`).services;
}

describe('sharedRuntimeProblems', () => {
  const apart = { a: 'docker', b: 'podman' } as const;

  test('the same runtime is fine for any user', () => {
    expect(sharedRuntimeProblems(specs({ a: '0:0', b: '0:0' }), { a: 'podman', b: 'podman' }, 1000)).toEqual(
      [],
    );
  });

  test('two runtimes are fine for the uid of the account, whose files are the same under both', () => {
    expect(sharedRuntimeProblems(specs({ a: '1000:1000', b: '1000:1000' }), apart, 1000)).toEqual([]);
  });

  test.each(['0:0', '1001:1000'])('two runtimes are not for %s', (user) => {
    expect(sharedRuntimeProblems(specs({ a: user, b: user }), apart, 1000)).toEqual([
      {
        service: 'b',
        expected: 'the runtime of a (docker), which writes the volume v as well',
        fix: expect.stringContaining('cortex:services.b.runtime to docker'),
      },
    ]);
  });

  test('readers do not count', () => {
    expect(sharedRuntimeProblems(specs({ a: '0:0', b: '0:0' }, ['b']), apart, 1000)).toEqual([]);
  });
});

test('sharedUserProblems blames each that differs from the first', () => {
  const [a, b, c] = specs({ a: '1:1', b: '1:1', c: '1:1' });
  if (!a || !b || !c) throw new Error('no specs');
  const differing = [a, { ...b, user: null }, { ...c, user: { uid: 1, gid: 2 } }];
  expect(sharedUserProblems(differing).map(({ service, fix }) => [service, fix])).toEqual([
    ['b', 'write user: "1:1", or mount it read-only in one of them'],
    ['c', 'write user: "1:1", or mount it read-only in one of them'],
  ]);
});
