/** What became of one request. Times are milliseconds since the epoch. */
export interface RequestRecord {
  service: string;
  /** when it was due to be sent, which is also when a latency begins */
  sentAt: number;
  /** when the answer was there, or when it was known that none would come */
  endedAt: number;
  /** null when it counts as lost */
  latencyMs: number | null;
  /** of it, the time spent waiting for an instance; null where that cannot be told */
  heldMs: number | null;
  /** who says it answered, and the runtime that instance runs under */
  instance: string | null;
  runtime: string | null;
  /** why it counts as lost; null when the answer was whole and right */
  failure: string | null;
}

/** One connection of a client that stays: Server-Sent Events, or a WebSocket. */
export interface StreamRecord {
  service: string;
  kind: 'events' | 'websocket';
  /** the client, which connects again whenever its stream ends */
  client: number;
  /** when it asked, was let in (null: it was not), and was cut off */
  askedAt: number;
  openedAt: number | null;
  endedAt: number;
  /** false: the client left, because the measurement was over */
  cut: boolean;
  instance: string | null;
  /** why it was not let in; null when it was */
  failure: string | null;
}
