import { describe, expect, test } from '@jest/globals';
import {
  type Idle,
  isOver,
  median,
  type Overlap,
  type Rollout,
  ratio,
  results,
  type Timed,
} from '../../bench/result.ts';
import { table } from '../../bench/table.ts';

const measured = (bare: number, ...ours: number[]): Timed => ({
  kind: 'timed',
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
  expect(ratio({ pairs })).toBe(2);
});

const idle: Idle[] = [
  { kind: 'idle', runtime: 'podman', runtimeMb: 45, servicesMb: 110 },
  { kind: 'idle', runtime: 'docker', runtimeMb: 180, servicesMb: 112 },
];
const overlap: Overlap = { kind: 'overlap', name: 'memory of a flip', steadyMb: 400, peakMb: 612 };
const rollouts: Rollout[] = [
  { kind: 'rollout', tool: 'ours', seconds: 9, requests: 1650, lost: 0, checkSeconds: 2.5 },
  {
    ...{ kind: 'rollout', tool: 'peer', beside: 'ours' },
    ...{ seconds: 12, requests: 2100, lost: 1234, checkSeconds: 0.5 },
  },
];

describe('results', () => {
  test('of timed work have what has a goal, and nothing but name, ratio and goal', () => {
    const found = results([measured(3, 4), { kind: 'timed', name: 'whole', pairs: [{ ours: 1, bare: 1 }] }]);
    expect(found).toEqual([{ name: 'up', ratio: 1.33, goal: 2 }]);
  });

  test('of memory have no goal: how much more it is during a flip, and under Podman than under Docker', () => {
    expect(results([...idle, overlap])).toEqual([
      { name: 'memory of a flip', ratio: 1.53, steadyMb: 400, peakMb: 612 },
      {
        name: 'idle memory of the runtime, podman / docker',
        ratio: 0.25,
        docker: { runtimeMb: 180, servicesMb: 112 },
        podman: { runtimeMb: 45, servicesMb: 110 },
      },
    ]);
    expect(results(idle.slice(0, 1))).toEqual([]);
  });

  test('of a peer are two ratios, with what was lost on either side', () => {
    expect(results(rollouts)).toEqual([
      {
        name: 'image bump under load, ours / peer',
        ratio: 0.75,
        ...{ seconds: 12, requests: 2100, lost: 1234 },
        ours: { seconds: 9, requests: 1650, lost: 0 },
      },
      {
        name: 'check with no changes, ours / peer',
        ratio: 5,
        seconds: 0.5,
        ours: { seconds: 2.5 },
      },
    ]);
    expect(results(rollouts).some(isOver)).toBe(false);
  });

  test('of a peer alone are none', () => {
    expect(() => results(rollouts.slice(1))).toThrow(
      'peer is to be shown beside ours, which was not measured',
    );
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

test('the tables fit 80 columns and say what is over', () => {
  const text = table([
    { ...measured(100, 150, 151, 152), name: 'deploy five services, docker' },
    { ...measured(1, 4.6), name: 'preview, no changes' },
    { kind: 'timed', name: '  of it: changes on the host', pairs: [{ ours: 14.226, bare: 17 }] },
    ...idle,
    overlap,
    ...rollouts,
  ]);
  expect(text.split('\n')).toEqual([
    'median of the pairs                         ours     bare  ratio  goal',
    'deploy five services, docker            151.00 s 100.00 s   1.51     2  ok',
    'preview, no changes                       4.60 s   1.00 s   4.60     2  OVER',
    '  of it: changes on the host             14.23 s  17.00 s   0.84     -',
    '',
    'five idle services, MB                    runtime  services   in all',
    'podman                                         45       110      155',
    'docker                                        180       112      292',
    '',
    'all processes of the VM, MB                before      most    ratio',
    'memory of a flip                              400       612     1.53',
    '',
    'other images under load              seconds  requests    lost  nothing to do',
    'ours                                  9.00 s      1650       0         2.50 s',
    'peer                                 12.00 s      2100    1234         0.50 s',
  ]);
  for (const line of text.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
});

test('what was not measured has no table', () => {
  expect(table([overlap]).split('\n')).toHaveLength(2);
});
