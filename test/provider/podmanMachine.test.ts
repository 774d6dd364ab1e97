import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { currentConnection } from '../../provider/connection.ts';
import { machineConnection } from '../../provider/podmanMachine.ts';

/** As `podman machine inspect 97layerOS` prints it on a Mac. None is asked here. */
const recorded = readFileSync(join(import.meta.dirname, '../cli/golden/podman-machine-inspect.json'), 'utf8');
const itsOwn = {
  address: '127.0.0.1',
  port: 52612,
  user: 'core',
  identityFile: '/Users/me/.local/share/containers/podman/machine/machine',
};

test('a machine of Podman’s is reached as Podman reaches it', () => {
  expect(machineConnection('97layerOS', () => recorded)).toEqual(itsOwn);
});

test('also in a refresh, which never runs the program, whatever the state remembers', () => {
  const file = 'config:\n  cortex:host:\n    kind: podman-machine\n    machine: 97layerOS\n';
  const stored = { address: '127.0.0.1', port: 40000, user: 'core', identityFile: '/old' };
  const ask = (name: string) => machineConnection(name, () => recorded);
  expect(currentConnection('laptop', stored, {}, () => file, ask)).toEqual(itsOwn);
});

describe('what is told', () => {
  test('of one that is stopped: how to start it, and that nothing is known of it', () => {
    const ask = () => recorded.replace('"running"', '"stopped"');
    expect(() => machineConnection('97layerOS', ask)).toThrow(
      expect.objectContaining({
        kind: 'unreachable',
        message: expect.stringContaining('podman machine start 97layerOS'),
      }),
    );
  });

  test.each([
    '',
    '[]',
    '{}',
    '[{"Name":"97layerOS","State":"running"}]',
    '[{"Name":"other","State":"running"}]',
  ])('of %j: that it is no such machine', (printed) => {
    expect(() => machineConnection('97layerOS', () => printed)).toThrow('expected one machine of that name');
  });
});
