import { expect, test } from '@jest/globals';
import { percentile, report } from '../../../rehearsal/load/report.ts';
import type { RequestRecord } from '../../../rehearsal/load/request.ts';

const record = (over: Partial<RequestRecord>): RequestRecord => ({
  id: 'id',
  service: 'admin',
  method: 'GET',
  sentAt: 0,
  answeredAt: 1,
  latencyMs: 1,
  status: 200,
  instance: 'admin-1',
  runtime: 'docker',
  failure: null,
  ...over,
});

test('percentiles are nearest ranks', () => {
  const hundred = Array.from({ length: 100 }, (_, i) => i + 1);
  expect(percentile(hundred, 0.5)).toBe(50);
  expect(percentile(hundred, 0.99)).toBe(99);
  expect(percentile([7], 0.99)).toBe(7);
  expect(percentile([], 0.5)).toBeNull();
});

test('sums up by service, runtime and reason; a lost request has no say in latencies', () => {
  const ids = ['0b0e5a3e-1f43-4f5a-9d8e-0a7f3c1d2e4f', '1b0e5a3e-1f43-4f5a-9d8e-0a7f3c1d2e4f'];
  const requests = [
    record({ latencyMs: 1 }),
    record({ latencyMs: 3, service: 'editor', runtime: 'podman' }),
    record({ latencyMs: 9000, failure: `answer has id "x", expected "${ids[0]}"` }),
    record({ latencyMs: null, failure: `answer has id "x", expected "${ids[1]}"` }),
  ];
  expect(report(requests, 2, 2)).toEqual({
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
    requests,
  });
});
