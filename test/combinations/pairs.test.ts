import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { covering, pairs, product } from './options.ts';
import { expectTaken } from './takes.ts';

// The whole program against all clouds at once, for every two options together. What each cloud alone is asked for
// is tried in all combinations: test/rehearsal/clouds/gcp/program, test/components/{tunnel,images}/simulated. All
// combinations of the whole are in `npm run soak -- combinations`.

const environment = { ...process.env };
jest.setTimeout(60_000);
beforeEach(() => {
  // what a preview would say
  for (const level of ['log', 'warn'] as const) jest.spyOn(console, level).mockImplementation(() => {});
});
afterEach(() => {
  process.env = { ...environment };
});

const combinations = covering();

test('a few combinations have every two values of two options', () => {
  expect(new Set(combinations.flatMap(pairs))).toEqual(new Set(product.flatMap(pairs)));
  expect(combinations.length).toBeLessThan(16);
});

test.each(combinations)('the clouds take the program with %j', expectTaken);
