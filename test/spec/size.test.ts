import { expect, test } from '@jest/globals';
import { mib } from '../../spec/size.ts';

test.each([
  [0, '0 MiB'],
  [47_185_920, '45 MiB'],
  [1.5 * 2 ** 30, '1536 MiB'],
])('%d bytes are %s', (bytes, text) => expect(mib(bytes)).toBe(text));
