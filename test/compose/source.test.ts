import { describe, expect, test } from '@jest/globals';
import { parseSource } from '../../compose/source.ts';

const text = `a: &a
  x: 1
  y: {z: 0755}
b: &b
  x: 2
  only: 3
c:
  <<: [*a, *b]
  w: [1, 2,
    3]
d: {<<: *b, x: 9}
e: *a
`;

describe('parseSource', () => {
  const source = parseSource(text);

  test('merges as YAML does: own keys first, then the first that has it', () => {
    expect(source.value).toMatchObject({
      c: { x: 1, y: { z: 493 }, only: 3, w: [1, 2, 3] },
      d: { x: 9, only: 3 },
      e: { x: 1 },
    });
  });

  test.each([
    [[], 1],
    [['a'], 1],
    [['a', 'y', 'z'], 3],
    [['c', 'w', 2], 10],
    [['c', 'x'], 2],
    [['c', 'y', 'z'], 3],
    [['c', 'only'], 6],
    [['d', 'x'], 11],
    [['e', 'x'], 2],
    // what is not there is blamed on what should hold it
    [['c', 'gone', 'too'], 7],
    [['gone'], 1],
  ])('%j is on line %d', (path, line) => {
    expect(source.line(path)).toBe(line);
  });

  test('tells what is wrong, and not what follows from it', () => {
    expect(parseSource('a:\n  b: [1\n  c: 2\n  d: {e: 3}\n  f: "4"\n').faults).toHaveLength(1);
    const lines = (faulty: string) => parseSource(faulty).faults.map(({ line }) => line);
    expect(lines('a: 1\na: 2\nb: 3\nb: 4\n')).toEqual([2, 4]);
    expect(lines('a: !reset x\nb: !override y\n')).toEqual([1, 2]);
    expect(lines('a: "\\q"\nb: "\\q"\n')).toEqual([1, 2]);
  });

  test('tells a scalar as it is written', () => {
    expect(source.text(['c', 'y', 'z'])).toBe('0755');
    expect(source.text(['c', 'y'])).toBeUndefined();
    expect(source.text(['gone', 'too'])).toBeUndefined();
  });

  test.each([
    ['a: 1\na: 2', 2],
    ['a: [1', 1],
    ['a: *gone', 1],
    // what holds itself has no end
    ['&x\n services: *x', 1],
    ['a: &a [1, {b: *a}]', 1],
    ['a: 1\nb: !reset x', 2],
    ['a: 1\n--- \nb: 2', 2],
    // a small file that would become a large one
    [
      `a: &a [x, x]\n${Array.from({ length: 30 }, (_, i) => `b${i}: &b${i} [${'*a, '.repeat(20)}*a]`).join('\n')}`,
      1,
    ],
  ])('%j is faulty', (faulty, line) => {
    const { faults, value } = parseSource(faulty);
    expect(faults[0]?.line).toBe(line);
    expect(value).toBeUndefined();
  });
});
