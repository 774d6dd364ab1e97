import { expect, test } from '@jest/globals';
import { chosenParts, parts } from '../../bench/parts.ts';

test('parts are measured in their own order, however they are named', () => {
  expect(chosenParts('peers, preview,flip').map(({ name }) => name)).toEqual(['preview', 'flip', 'peers']);
});

test('a part that there is not is refused, with those that there are', () => {
  const names = parts.map(({ name }) => name).join(', ');
  expect(() => chosenParts('preview,flop')).toThrow(`found "flop", expected a list of ${names}.`);
  expect(() => chosenParts('')).toThrow(names);
});
