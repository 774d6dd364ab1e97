import { describe, expect, test } from '@jest/globals';
import { changesText, changeText, programChanges, propertyOf } from '../../provider/change.ts';
import { type Props, Secret, Unknown } from '../../provider/rpc/value.ts';

describe('a change reads as', () => {
  test.each([
    [
      { path: ['spec', 'restart'], applied: 'always', now: 'no', whose: 'host' as const },
      'spec.restart: "always" → "no" (someone changed it on the host)',
    ],
    [
      { path: ['runtime'], applied: 'docker', now: 'podman', whose: 'you' as const },
      'runtime: "docker" → "podman" (you changed it)',
    ],
    [
      { path: ['spec', 'capAdd'], applied: null, now: ['CAP_X'], whose: 'runtime' as const },
      `spec.capAdd: none → ["CAP_X"] (the runtime's default)`,
    ],
    [
      {
        path: ['files', '/a b'],
        applied: 'as applied',
        now: 'changed',
        whose: 'host' as const,
        text: '-a\n+b',
      },
      'files["/a b"]: "as applied" → "changed" (someone changed it on the host)\n    -a\n    +b',
    ],
  ])('%j', (change, expected) => {
    expect(changeText(change)).toBe(expected);
  });

  test('a long value is cut', () => {
    const text = changeText({ path: ['a'], applied: 'x'.repeat(1000), now: null, whose: 'you' });
    expect(text.length).toBeLessThan(200);
  });
});

test('several stand between what they are about and what comes of them', () => {
  const change = { path: ['a'], applied: 1, now: 2, whose: 'you' as const };
  expect(changesText('web:', [change, change], 'nothing breaks')).toBe(
    'web:\n  a: 1 → 2 (you changed it)\n  a: 1 → 2 (you changed it)\nnothing breaks',
  );
});

test('a property has the name that pulumi gives it', () => {
  expect(propertyOf({ path: ['spec', 'environment', 'A'] })).toBe('spec.environment.A');
  expect(propertyOf({ path: ['boot', 'docker.service'] })).toBe('boot["docker.service"]');
});

test('what the program changed, without a secret', () => {
  const applied = {
    spec: { image: 'web:1', environment: { A: '1' } },
    secrets: new Secret({ token: 'planted' }),
    sealed: new Secret({ inner: 'planted' }),
  };
  const declared: Props = {
    spec: { image: Unknown, environment: { A: '1', API_TOKEN: 'planted' } },
    secrets: new Secret({ token: 'planted-too' }),
    sealed: new Secret({ inner: 'planted-too' }),
  };
  const changes = programChanges(applied, declared);
  expect(changes.map((change) => [propertyOf(change), change.now, change.whose])).toEqual([
    ['spec.image', 'known after up', 'you'],
    ['spec.environment.API_TOKEN', expect.stringContaining('hidden'), 'you'],
    ['secrets.token', '[secret]', 'you'],
    ['sealed.inner', '[secret]', 'you'],
  ]);
  expect(JSON.stringify(changes)).not.toContain('planted');
});
