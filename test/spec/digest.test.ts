import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { canonicalJson, sha256 } from '../../spec/digest.ts';
import { projectDigest } from '../../spec/project.ts';

test('the order of keys is no difference, at any depth; that of a list is', () => {
  expect(canonicalJson({ b: [{ d: 1, c: 2 }], a: null })).toBe('{"a":null,"b":[{"c":2,"d":1}]}');
  expect(canonicalJson([1, 2])).not.toBe(canonicalJson([2, 1]));
});

test('canonical JSON is the same value', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      expect(JSON.parse(canonicalJson(value))).toEqual(JSON.parse(JSON.stringify(value)));
    }),
  );
});

test('sha256 is that of the world', () => {
  expect(sha256('abc')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
});

test('the order of entries is no difference to a project digest', () => {
  const a = { kind: 'folder', path: '' } as const;
  const b = { kind: 'file', path: 'x', executable: false, sha256: 'y' } as const;
  expect(projectDigest([a, b])).toBe(projectDigest([b, a]));
  expect(projectDigest([a, b])).not.toBe(projectDigest([a, { ...b, executable: true }]));
});
