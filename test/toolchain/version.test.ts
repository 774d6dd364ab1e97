import { expect, test } from '@jest/globals';
import { atLeast, parseVersion } from '../../toolchain/version.ts';

test.each([
  ['v3.258.0\n', [3, 258, 0]],
  ['go version go1.24.4 linux/amd64', [1, 24, 4]],
  ['go version go1.26rc1 linux/amd64', [1, 26]],
  ['3.258.0-alpha.x5', [3, 258, 0]],
  ['devel', null],
])('parses %j', (text, version) => {
  expect(parseVersion(text)).toEqual(version);
});

test.each([
  [[3, 258, 0], [3, 258, 0], true],
  [[3, 258], [3, 258, 0], true],
  [[3, 258, 1], [3, 258], true],
  [[3, 257, 9], [3, 258, 0], false],
  [[10, 0], [9, 9], true],
  [[1, 19, 8], [1, 21], false],
])('%j is at least %j: %j', (version, minimum, expected) => {
  expect(atLeast(version, minimum)).toBe(expected);
});
