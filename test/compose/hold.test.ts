import { expect, test } from '@jest/globals';
import { fileWith, load, refusals } from './file.ts';

const holds = (lines: string) => load(fileWith(lines)).holds;

test('what may wait while a service is replaced: by default, and as the file says', () => {
  expect(holds('restart: always')).toEqual({ web: { requests: 2000, bodyBytes: 262_144 } });
  expect(holds('x-hold: { requests: 20, body: 10m }')).toEqual({
    web: { requests: 20, bodyBytes: 10 * 2 ** 20 },
  });
  expect(holds('x-hold: { body: 0 }')).toEqual({ web: { requests: 2000, bodyBytes: 0 } });
});

test.each([
  ['{ requests: 0 }', '.requests: how many requests may wait at once, from 1 to 4000'],
  ['{ requests: 5000 }', '.requests: how many requests may wait at once, from 1 to 4000'],
  ['{ requests: many }', '.requests: how many requests may wait at once, from 1 to 4000'],
  ['{ body: long }', '.body: the longest body that may wait, as in 256k'],
  ['{ seconds: 5 }', '.seconds: no `seconds`, which is not honoured here'],
  ['20', ': { requests: NUMBER, body: SIZE }'],
])('x-hold: %s', (written, expected) => {
  const [refusal, ...others] = refusals(`x-hold: ${written}`);
  expect(refusal).toBe(`services.web.x-hold${expected}`);
  expect(others).toEqual([]);
});
