import { beforeEach, jest, test } from '@jest/globals';
import { product } from '../combinations/options.ts';
import { expectTaken } from '../combinations/takes.ts';

// `npm test` has every two options together.

jest.setTimeout(60_000);
beforeEach(() => {
  for (const level of ['log', 'warn'] as const) jest.spyOn(console, level).mockImplementation(() => {});
});

test.each(product)('the clouds take the program with %j', expectTaken);
