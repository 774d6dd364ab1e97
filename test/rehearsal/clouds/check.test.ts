import { expect, test } from '@jest/globals';
import { Secret, Unknown } from '../../../provider/rpc/value.ts';
import { asReasons, validate } from '../../../rehearsal/clouds/check.ts';
import type { Schema } from '../../../rehearsal/clouds/schema.ts';

const schema: Schema = {
  package: '@pulumi/fake',
  version: '1.0.0',
  config: {},
  resources: {},
  functions: {},
  types: {
    Disk: { size: { type: 'number', required: true }, mode: { type: 'string', values: ['ro', 'rw'] } },
  },
};
const properties = {
  name: { type: 'string', required: true },
  disks: { type: '[Disk]' },
  labels: { type: '{string}' },
  anything: { type: 'any' },
};
const reasons = (values: Parameters<typeof validate>[2]) =>
  asReasons(validate(schema, properties, values)).map(({ reason }) => reason);

test('what the types allow passes', () => {
  expect(reasons({ name: 'a', disks: [{ size: 1, mode: 'ro' }], labels: { a: 'b' }, anything: [1] })).toEqual(
    [],
  );
});

test('all failures at once, each with its path', () => {
  expect(reasons({ nmae: 'a', disks: [{ size: '1', mode: 'x' }, {}], labels: { a: 1 } })).toEqual([
    "nmae: no such property; did you mean 'name'?",
    "disks[0].size: found '1', expected number",
    "disks[0].mode: found 'x', expected one of ro, rw",
    'disks[1].size: missing; expected number',
    'labels.a: found 1, expected string',
    'name: missing; expected string',
  ]);
  expect(reasons({ name: 'a', disks: { size: 1 }, labels: ['a'] })).toEqual([
    'disks: found an object, expected [Disk]',
    'labels: found a list, expected {string}',
  ]);
});

test('what is unknown may be right', () => {
  expect(reasons({ name: Unknown, disks: [Unknown], labels: { a: Unknown } })).toEqual([]);
});

test('a secret of the wrong type is not told', () => {
  expect(reasons({ name: new Secret(12345) })).toEqual(['name: found a secret that is no string']);
  expect(reasons({ name: new Secret('right') })).toEqual([]);
});
