import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { splitWords } from '../../compose/words.ts';

describe('splitWords', () => {
  test.each([
    ['', []],
    ['  a   b\tc\nd ', ['a', 'b', 'c', 'd']],
    [
      'python -m cortex.engine --listen 0.0.0.0:8000',
      ['python', '-m', 'cortex.engine', '--listen', '0.0.0.0:8000'],
    ],
    [`a "b c" 'd e'`, ['a', 'b c', 'd e']],
    [`a"b"'c'd`, ['abcd']],
    [`"" ''`, ['', '']],
    [`"it's" 'say "x"'`, [`it's`, 'say "x"']],
    ['a\\ b \\"c', ['a b', '"c']],
    [`"a\\"b" 'a\\b'`, ['a"b', 'a\\b']],
    // no shell: these mean themselves
    [
      'ls *.txt ~ # all ? [a] {b,c} $HOME !',
      ['ls', '*.txt', '~', '#', 'all', '?', '[a]', '{b,c}', '$HOME', '!'],
    ],
    [`echo "a; b | c > d & (e)" '\`f\`'`, ['echo', 'a; b | c > d & (e)', '`f`']],
  ])('%j', (line, words) => {
    expect(splitWords(line)).toEqual({ words });
  });

  test.each([
    ['a; b', ';'],
    ['a && b', '&'],
    ['a | b', '|'],
    ['a > b', '>'],
    ['a < b', '<'],
    ['$(date)', '('],
    ['`date`', '`'],
    ['"a', 'closing "'],
    ["'a", "closing '"],
    ['a\\', 'backslash'],
  ])('%j has a fault', (line, what) => {
    expect(splitWords(line)).toEqual({ fault: expect.stringContaining(what) });
  });

  test('quoted words come back', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'grapheme' })), (words) => {
        const line = words.map((word) => `'${word.replaceAll("'", `'"'"'`)}'`).join(' ');
        expect(splitWords(line)).toEqual({ words });
      }),
    );
  });
});
