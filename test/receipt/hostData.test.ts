import { expect, test } from '@jest/globals';
import { compareData } from '../../receipt/dataIdentity.ts';
import { parseHostData } from '../../receipt/hostData.ts';

const measured = {
  owner: '0:0',
  mode: '755',
  files: 3,
  contents: 'abc',
  metadata: 'def',
  inode: 7,
  empty: false,
};
const line = (changes: object) =>
  JSON.stringify({ name: 'volume.state', at: 1000, before: measured, after: measured, ...changes });

test('a volume before and after', () => {
  const [state] = parseHostData([line({})], 0);
  const expected = { owner: '0:0', mode: '0755', files: 3, hash: 'abc' };
  expect(state).toEqual({ volume: 'state', before: expected, after: expected });
  expect(state && compareData(state)).toBe('same');
});

test('what an earlier deployment took over is not this one’s', () => {
  expect(parseHostData([line({})], 1_000_001)).toEqual([]);
  expect(parseHostData([line({})], 1_000_000)).toHaveLength(1);
});

test('what others write, and what is there for the first time, was not compared', () => {
  const shared = { ...measured, files: null, contents: null };
  const found = parseHostData([line({ before: shared, after: shared }), line({ before: null })], 0);
  expect(found.map(compareData)).toEqual(['unknown', 'unknown']);
});

test.each([
  ['volume.engine-state', 'engine-state'],
  ['project.knowledge-1a2b3c', './knowledge'],
  ['host.%srv%a.b', '/srv/a.b'],
])('%s is called %s', (name, expected) => {
  expect(parseHostData([line({ name })], 0)[0]?.volume).toBe(expected);
});
