import { expect, test } from '@jest/globals';
import { figures, percentile, streamFigures } from '../../receipt/figures.ts';
import { request, stream } from './records.ts';

test('percentiles are nearest ranks', () => {
  const hundred = Array.from({ length: 100 }, (_, i) => i + 1);
  expect(percentile(hundred, 0.5)).toBe(50);
  expect(percentile(hundred, 0.99)).toBe(99);
  expect(percentile([7], 0.99)).toBe(7);
  expect(percentile([], 0.5)).toBeNull();
});

test('a lost request has no say in latencies', () => {
  const lost = request({ latencyMs: null, failure: 'socket hang up' });
  expect(figures([request({ latencyMs: 1 }), request({ latencyMs: 3 }), lost])).toEqual({
    sent: 3,
    answered: 2,
    lost: 1,
    p50: 1,
    p99: 3,
    max: 3,
  });
  expect(figures([lost])).toMatchObject({ sent: 1, lost: 1, p50: null, p99: null, max: null });
});

test('of the clients that stay, the one that fared worst counts', () => {
  const streams = [
    stream({ client: 0, askedAt: 0, openedAt: 1, endedAt: 100 }),
    stream({ client: 0, askedAt: 200, openedAt: null, endedAt: 210, failure: 'status 503' }),
    stream({ client: 0, askedAt: 300, openedAt: 310, endedAt: 400 }),
    stream({ client: 0, askedAt: 400, openedAt: 410, endedAt: 900, cut: false }),
    stream({ client: 1, askedAt: 0, openedAt: 1, endedAt: 900, cut: false }),
  ];
  expect(streamFigures(streams)).toEqual({ clients: 2, reconnects: 2, refused: 1, gapMs: 210 });
  expect(streamFigures([])).toEqual({ clients: 0, reconnects: 0, refused: 0, gapMs: 0 });
});
