import { describe, expect, test } from '@jest/globals';
import { type LogLine, readProxyLog } from '../../receipt/proxyLog.ts';

/** A request that was answered at once, but for what is said. */
const logged = (over: Partial<Record<keyof typeof usual, string | number>> = {}) => {
  const { at, listener, server, status, ended, times, stream } = { ...usual, ...over };
  return {
    at: Number(at) + 1,
    message: `request ${at} ${listener} ${server} ${status} ${ended} 0 ${times} 264 ${stream}`,
  };
};
const usual = {
  at: 1000,
  listener: 'dev.web.5001',
  server: '127.0.0.1:20001',
  status: 200,
  ended: '--',
  times: '0 0 0 2 3',
  stream: '-',
};
const known = [
  { service: 'web', instance: 'web-1', runtime: 'docker', port: 20001 },
  { service: 'web', instance: 'web-2', runtime: 'podman', port: 20002 },
];
const read = (lines: LogLine[]) => readProxyLog('dev', lines, known);

test('a request: when, by whom, how long, how long held', () => {
  expect(read([logged({ times: '5 10 700 20 900' })]).requests).toEqual([
    {
      service: 'web',
      sentAt: 1000,
      endedAt: 1900,
      latencyMs: 730,
      heldMs: 710,
      instance: 'web-1',
      runtime: 'docker',
      failure: null,
    },
  ]);
});

test('of another stack, or no request at all: nothing', () => {
  const lines = [
    logged({ listener: 'prod.web.5001' }),
    { at: 1, message: 'Server dev.web.5001/live is DOWN.' },
    { at: 1, message: 'request cut off' },
  ];
  expect(read(lines)).toEqual({ requests: [], streams: [], steps: [], givenUp: 0, restarts: [] });
});

describe('what is lost, and what is not', () => {
  // as HAProxy 3.0 logged them when this was done to it
  const cases: [string, string, Parameters<typeof logged>[0], number, number][] = [
    [
      'no instance until the hold was over',
      'lost',
      { status: 503, ended: 'SC', times: '0 0 -1 -1 762' },
      1,
      0,
    ],
    [
      'the instance died before it answered',
      'lost',
      { status: 502, ended: 'SH', times: '0 0 0 -1 1092' },
      1,
      0,
    ],
    ['the instance died while it answered', 'lost', { ended: 'SD' }, 1, 0],
    ['refused by the proxy', 'lost', { status: 503, ended: 'PR', times: '0 -1 -1 -1 0' }, 1, 0],
    ['an error of the service itself', 'answered', { status: 500 }, 0, 0],
    ['a connection that is not HTTP', 'answered', { status: -1, times: '-1 1 0 -1 4' }, 0, 0],
    [
      'a client that left while it waited',
      'given up',
      { status: -1, ended: 'CC', times: '0 0 -1 -1 300' },
      0,
      1,
    ],
    ['a client that left in the middle of its answer', 'answered', { ended: 'CD' }, 0, 0],
  ];
  test.each(cases)('%s: %s', (_what, _verdict, over, lost, givenUp) => {
    const log = read([logged(over)]);
    expect(log.requests.filter(({ failure }) => failure !== null)).toHaveLength(lost);
    expect(log.requests).toHaveLength(1 - givenUp);
    expect(log.givenUp).toBe(givenUp);
  });
});

test('a stream is no slow request', () => {
  const lines = [
    logged({ stream: '1', times: '0 0 0 8 2514', ended: 'CD' }),
    logged({ status: 101, times: '0 0 0 8 9000', ended: 'SD' }),
  ];
  const log = read(lines);
  expect(log.requests).toEqual([]);
  expect(log.streams.map(({ kind, cut, endedAt }) => [kind, cut, endedAt])).toEqual([
    ['events', false, 3514],
    ['websocket', true, 10_000],
  ]);
});

test('the steps of a single writer, and instances that are gone by now', () => {
  const note = (at: number, text: string) => ({ at, message: `step ${text}` });
  const lines = [
    logged({ server: '127.0.0.1:20009' }),
    note(2000, 'park begin dev web web-0 docker 5001=20009,'),
    note(2500, 'park end dev web web-0 docker 5001=20009,'),
    note(2600, 'create begin dev web web-2 podman 5001=20002,'),
    note(2600, 'park begin dev web web-0 docker 5001=20009,'),
    note(2650, 'park end dev web web-0 docker 5001=20009,'),
    note(2700, 'park begin prod web web-9 docker 5001=20003,'),
    note(3600, 'create end dev web web-2 podman 5001=20002,'),
    note(3700, 'switch end dev web web-2 podman 5001=20002,'),
    note(3800, 'remove begin dev web web-0 docker 5001=20009,'),
    note(3900, 'remove end dev web web-0 - -'),
    { at: 5000, message: '[NOTICE]   (528) : Loading success.' },
  ];
  const log = read(lines);
  expect(log.requests).toMatchObject([{ instance: 'web-0', runtime: 'docker' }]);
  expect(
    log.steps.map(({ kind, instance, runtime, startedAt, endedAt, failed }) => [
      kind,
      instance,
      runtime,
      startedAt,
      endedAt,
      failed,
    ]),
  ).toEqual([
    ['park', 'web-0', 'docker', 2000, 2650, false],
    ['create', 'web-2', 'podman', 2600, 3600, false],
    ['switch', 'web-2', 'podman', 3700, 3700, false],
    ['remove', 'web-0', 'docker', 3800, 3900, false],
  ]);
  expect(log.restarts).toEqual([5000]);
});

test('a port that another instance has later', () => {
  const lines = [
    logged({ server: '127.0.0.1:20009' }),
    { at: 2000, message: 'step remove begin dev web web-0 docker 5001=20009,' },
    { at: 3000, message: 'step create begin dev web web-3 podman 5001=20009,' },
    logged({ at: 4000, server: '127.0.0.1:20009' }),
  ];
  expect(read(lines).requests.map(({ instance }) => instance)).toEqual(['web-0', 'web-3']);
});

test('a creation that failed', () => {
  const lines = [
    { at: 1, message: 'step create begin dev web web-2 podman 5001=20002,' },
    { at: 9, message: 'step create failed dev web web-2 podman 5001=20002,' },
  ];
  expect(read(lines).steps).toMatchObject([{ kind: 'create', startedAt: 1, endedAt: 9, failed: true }]);
});
