import { describe, expect, test } from '@jest/globals';
import { runtimeNames } from '../../spec/service.ts';
import { batches, slice } from './table.ts';
import { script } from './tampering.ts';

const all = Object.values(batches).flat();

test.each(runtimeNames)('there are forty kinds and more under %s', (runtime) => {
  expect(all.filter(({ done }) => done[runtime]).length).toBeGreaterThanOrEqual(40);
});

test('each has a name of its own', () => {
  const named = all.map(({ what, service, resource }) => `${what} ${service} ${resource}`);
  expect(new Set(named).size).toBe(named.length);
});

test('the slice has everything that it names', () => {
  expect(slice).toHaveLength(10);
});

describe('a container is made anew with all that was changed', () => {
  const changes = all.filter(({ what }) => ['an init', 'another signal to stop'].includes(what));

  test('by an override of its Compose file', () => {
    const text = script('dev', 'docker', changes);
    expect(text).toContain('  $instance:\n    init: true\n    stop_signal: SIGINT\n');
    expect(text.match(/docker compose/g)).toHaveLength(1);
  });

  test('by more lines of its unit', () => {
    const text = script('dev', 'podman', changes);
    expect(text).toContain('[Container]\nRunInit=true\n');
    expect(text).toContain('[Container]\nStopSignal=SIGINT\n');
  });
});
