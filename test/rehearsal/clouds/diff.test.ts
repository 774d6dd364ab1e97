import { expect, test } from '@jest/globals';
import { type Props, Secret, Unknown } from '../../../provider/rpc/value.ts';
import { diffInputs, type Replacing } from '../../../rehearsal/clouds/diff.ts';
import type { Schema } from '../../../rehearsal/clouds/schema.ts';

const schema: Schema = {
  package: '@pulumi/fake',
  version: '1.0.0',
  config: {},
  resources: {},
  functions: {},
  types: { Boot: { image: { type: 'string', replaces: true }, size: { type: 'number' } } },
};
const properties = { boot: { type: 'Boot' }, nics: { type: '[any]' }, size: { type: 'number' } };
const replacing: Replacing = {
  'nics[]': true,
  'nics.type': true,
  size: (old, now) => Number(now) < Number(old),
};
const kinds = (olds: Props, news: Props) =>
  Object.entries(diffInputs(schema, properties, replacing, olds, news).detailedDiff).map(
    ([path, { kind }]) => `${path} ${kind}`,
  );

test('nothing changed, in whatever order, secret or not', () => {
  expect(
    kinds({ boot: { image: 'a', size: 1 }, size: new Secret(1) }, { size: 1, boot: { size: 1, image: 'a' } }),
  ).toEqual([]);
  expect(diffInputs(schema, properties, replacing, { a: 1 }, { a: 1 }).changes).toBe(false);
});

test('changes are named by their path', () => {
  expect(kinds({ boot: { size: 1 }, old: 1 }, { boot: { size: 2 }, fresh: 1 })).toEqual([
    'boot.size UPDATE',
    'old DELETE',
    'fresh ADD',
  ]);
});

test('what the documentation says to replace is replaced', () => {
  expect(kinds({ boot: { image: 'a' } }, { boot: { image: 'b' } })).toEqual(['boot.image UPDATE_REPLACE']);
});

test('an element more is a replacement, a change inside only where it says so', () => {
  expect(kinds({ nics: [{ ip: 1, type: 'a' }] }, { nics: [{ ip: 2, type: 'a' }] })).toEqual([
    'nics[0].ip UPDATE',
  ]);
  expect(kinds({ nics: [{ type: 'a' }] }, { nics: [{ type: 'b' }] })).toEqual([
    'nics[0].type UPDATE_REPLACE',
  ]);
  expect(kinds({ nics: [] }, { nics: [{}] })).toEqual(['nics[0] ADD_REPLACE']);
});

test('growing is an update, shrinking a replacement', () => {
  expect(kinds({ size: 1 }, { size: 2 })).toEqual(['size UPDATE']);
  expect(kinds({ size: 2 }, { size: 1 })).toEqual(['size UPDATE_REPLACE']);
});

test('an unknown differs', () => {
  expect(kinds({ boot: { image: 'a' } }, { boot: { image: Unknown } })).toEqual([
    'boot.image UPDATE_REPLACE',
  ]);
});
