import { describe, expect, test } from '@jest/globals';
import { isOver, type Measurement, median, ratio, results } from '../../bench/result.ts';
import { table } from '../../bench/table.ts';

const measured = (bare: number, ...ours: number[]): Measurement => ({
  name: 'up',
  pairs: ours.map((seconds) => ({ ours: seconds, bare })),
  goal: 2,
});

test.each([
  [[3, 1, 2], 2],
  [[4, 1, 3, 2], 2.5],
  [[10, 9, 100], 10],
  [[7], 7],
])('the median of %j is %d', (values, expected) => {
  expect(median(values)).toBe(expected);
});

test('nothing has no median', () => expect(() => median([])).toThrow('no values'));

test('the ratio is that of the pair in the middle, not of the sums', () => {
  const pairs = [
    { ours: 2, bare: 1 },
    { ours: 300, bare: 100 },
    { ours: 1, bare: 1 },
  ];
  expect(ratio({ name: 'x', pairs })).toBe(2);
});

describe('results', () => {
  test('have what has a goal, and nothing but name, ratio and goal', () => {
    const found = results([measured(3, 4), { name: 'whole', pairs: [{ ours: 1, bare: 1 }] }]);
    expect(found).toEqual([{ name: 'up', ratio: 1.33, goal: 2 }]);
  });

  test.each([
    [2, false],
    [2.004, false],
    [2.006, true],
    [0.5, false],
  ])('%d times is over 2: %s', (seconds, over) => {
    expect(results([measured(1, seconds)]).map(isOver)).toEqual([over]);
  });
});

test('the table fits 80 columns and says what is over', () => {
  const text = table([
    { ...measured(100, 150, 151, 152), name: 'deploy five services, docker' },
    { ...measured(1, 4.6), name: 'preview, no changes' },
    { name: '  of it: changes on the host', pairs: [{ ours: 14.226, bare: 17 }] },
  ]);
  expect(text.split('\n')).toEqual([
    'median of the pairs                         ours     bare  ratio  goal',
    'deploy five services, docker            151.00 s 100.00 s   1.51     2  ok',
    'preview, no changes                       4.60 s   1.00 s   4.60     2  OVER',
    '  of it: changes on the host             14.23 s  17.00 s   0.84     -',
  ]);
  for (const line of text.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
});
