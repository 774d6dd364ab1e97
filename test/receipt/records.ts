import type { RequestRecord, StreamRecord } from '../../receipt/request.ts';

/** A request that was answered, but for what is said. */
export const request = (over: Partial<RequestRecord> = {}): RequestRecord => ({
  service: 'admin',
  sentAt: 0,
  endedAt: (over.sentAt ?? 0) + (over.latencyMs ?? 1),
  latencyMs: 1,
  heldMs: null,
  instance: 'admin-1',
  runtime: 'docker',
  failure: null,
  ...over,
});

/** A stream that somebody cut, but for what is said. */
export const stream = (over: Partial<StreamRecord> = {}): StreamRecord => ({
  service: 'admin',
  kind: 'events',
  client: 0,
  askedAt: 0,
  openedAt: 1,
  endedAt: 2,
  cut: true,
  instance: 'admin-1',
  failure: null,
  ...over,
});
