import { expect, test } from '@jest/globals';
import { table, wrapped } from '../../cli/table.ts';

const columns = [{ heading: 'NAME' }, { heading: 'COUNT', right: true }, { heading: 'WHAT' }];

test('columns are as wide as what is in them; numbers stand at the right', () => {
  expect(
    table(
      columns,
      [
        ['a', '1', 'x'],
        ['long-name', '12', ''],
      ],
      80,
    ),
  ).toEqual(['NAME       COUNT  WHAT', 'a              1  x', 'long-name     12']);
});

test('only the first column is ever cut', () => {
  const lines = table(columns, [['a-name-that-is-too-long', '1', 'what it is']], 35);
  expect(lines).toEqual(['NAME              COUNT  WHAT', 'a-name-that-is-…      1  what it is']);
  expect(table(columns, [['a-name-that-is-too-long', '1', 'x'.repeat(40)]], 35)[1]).toMatch(/^a-name-…/);
});

test('words are wrapped, and never broken', () => {
  expect(wrapped(['one', 'two', 'a-very-long-word', 'three'], '  ', 11)).toEqual([
    '  one two',
    '  a-very-long-word',
    '  three',
  ]);
});
