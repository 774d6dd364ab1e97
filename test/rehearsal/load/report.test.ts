import { expect, test } from '@jest/globals';
import { report, together } from '../../../rehearsal/load/report.ts';
import type { SentRequest } from '../../../rehearsal/load/request.ts';
import { request, stream } from '../../receipt/records.ts';

const sent = (over: Partial<SentRequest>): SentRequest => ({
  ...request(over),
  id: 'id',
  kind: 'get',
  lagMs: 0,
  status: 200,
  ...over,
});

const ids = ['0b0e5a3e-1f43-4f5a-9d8e-0a7f3c1d2e4f', '1b0e5a3e-1f43-4f5a-9d8e-0a7f3c1d2e4f'];
const requests = [
  sent({ sentAt: 1, latencyMs: 1, lagMs: 5 }),
  sent({ sentAt: 2, latencyMs: 3, service: 'editor', runtime: 'podman' }),
  sent({ sentAt: 3, latencyMs: null, failure: `answer has id "x", expected "${ids[0]}"` }),
  sent({ sentAt: 4, latencyMs: null, failure: `answer has id "x", expected "${ids[1]}"` }),
];

test('sums up by service, runtime and reason', () => {
  expect(report({ requests, streams: [], rate: 2, seconds: 2 })).toEqual({
    sent: 4,
    answered: 2,
    lost: 2,
    p50: 1,
    p99: 3,
    max: 3,
    seconds: 2,
    rate: 2,
    services: {
      admin: { sent: 3, answered: 1, lost: 2, p50: 1, p99: 1, max: 1 },
      editor: { sent: 1, answered: 1, lost: 0, p50: 3, p99: 3, max: 3 },
    },
    runtimes: { docker: 1, podman: 1 },
    failures: { 'answer has id "x", expected "<id>"': 2 },
    lagMs: { p99: 5, max: 5 },
    staying: { clients: 0, reconnects: 0, refused: 0, gapMs: 0 },
    requests,
    streams: [],
  });
});

test('several drivers are one load, in order of time', () => {
  const [first, second, ...rest] = requests;
  const found = together([
    { requests: rest, streams: [stream()], rate: 80, seconds: 9 },
    { requests: [second, first] as SentRequest[], streams: [stream()], rate: 120, seconds: 10 },
  ]);
  expect(found).toMatchObject({ sent: 4, lost: 2, rate: 200, seconds: 10, requests });
  expect(found.staying.clients).toBe(2);
});
