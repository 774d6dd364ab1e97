import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { differences, inPlace } from '../../provider/differences.ts';
import { type Props, Secret, Unknown } from '../../provider/rpc/value.ts';

describe('differences', () => {
  const cases: [string, Props, Props, Record<string, string>][] = [
    ['nothing', { a: 1 }, { a: 1 }, {}],
    ['a value', { runtime: 'docker' }, { runtime: 'podman' }, { runtime: 'UPDATE' }],
    [
      'inside an object',
      { spec: { image: 'x:1', b: 1 } },
      { spec: { image: 'x:2', b: 1 } },
      { 'spec.image': 'UPDATE' },
    ],
    ['an entry more', { env: {} }, { env: { A: '1' } }, { 'env.A': 'ADD' }],
    ['an entry less', { env: { A: '1' } }, { env: {} }, { 'env.A': 'DELETE' }],
    ['a key that is no name', { env: { 'a.b': 1 } }, { env: { 'a.b': 2 } }, { 'env["a.b"]': 'UPDATE' }],
    ['null and absent are the same', { a: null }, {}, {}],
    ['a list as a whole', { a: [1, 2] }, { a: [1, 3] }, { a: 'UPDATE' }],
    ['an equal list', { a: [{ b: 1, c: null }] }, { a: [{ b: 1 }] }, {}],
    ['a value that is not known yet', { a: 1 }, { a: Unknown }, { a: 'UPDATE' }],
    ['a secret', { s: new Secret({ t: '1' }) }, { s: new Secret({ t: '2' }) }, { 's.t': 'UPDATE' }],
    ['an equal secret', { s: new Secret('1') }, { s: new Secret('1') }, {}],
    [
      'another way to the host',
      { host: { connection: { port: 22 }, hostKey: 'a' } },
      { host: { connection: { port: 23 }, hostKey: 'b' } },
      {},
    ],
    [
      'another host',
      { host: { machineId: 'a' } },
      { host: { machineId: 'b' } },
      { 'host.machineId': 'UPDATE' },
    ],
  ];
  test.each(cases)('%s', (_, olds, news, expected) => {
    expect(differences(olds, news)).toEqual(expected);
  });

  test('a value never differs from itself, and a changed one always does', () => {
    const value = fc.dictionary(fc.string(), fc.jsonValue() as fc.Arbitrary<Props[string]>);
    fc.assert(
      fc.property(value, (props) => {
        expect(differences(props, structuredClone(props))).toEqual({});
        expect(differences({ ...props, runtime: 'docker' }, { ...props, runtime: 'podman' })).toEqual({
          runtime: 'UPDATE',
        });
      }),
    );
  });

  test('a resource that is updated in place is never replaced', () => {
    expect(inPlace({ instance: 'a' }, { instance: 'b' })).toEqual({
      changes: true,
      replaces: [],
      deleteBeforeReplace: false,
      detailedDiff: { instance: { kind: 'UPDATE', inputDiff: true } },
    });
  });
});
