import type { RequestRecord, StreamRecord } from './request.ts';

/** Counts and latencies of a set of requests. `sent` is always `answered` + `lost`. */
export interface Figures {
  sent: number;
  answered: number;
  /** everything else: an error, a wrong status, a wrong body, no answer in time */
  lost: number;
  /** latencies of the answered ones in milliseconds; null when there are none */
  p50: number | null;
  p99: number | null;
  max: number | null;
}

export function figures(requests: readonly RequestRecord[]): Figures {
  const latencies = requests.flatMap(({ latencyMs }) => latencyMs ?? []).sort((a, b) => a - b);
  return {
    sent: requests.length,
    answered: latencies.length,
    lost: requests.length - latencies.length,
    p50: percentile(latencies, 0.5),
    p99: percentile(latencies, 0.99),
    max: latencies.at(-1) ?? null,
  };
}

/** Nearest rank: the smallest value that at least this share of all values does not exceed. */
export function percentile(sorted: readonly number[], share: number): number | null {
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? null;
}

/** What became of the clients that stay connected. */
export interface StreamFigures {
  clients: number;
  /** how often the client that fared worst had to connect again */
  reconnects: number;
  /** how often one asked and was not let in */
  refused: number;
  /** the longest that one was without its stream, milliseconds */
  gapMs: number;
}

export function streamFigures(streams: readonly StreamRecord[]): StreamFigures {
  const clients = [...Map.groupBy(streams, (each) => `${each.service} ${each.kind} ${each.client}`).values()];
  return {
    clients: clients.length,
    reconnects: Math.max(
      0,
      ...clients.map((own) => own.filter((each) => each.openedAt !== null && each.cut).length),
    ),
    refused: streams.filter((each) => each.failure !== null && each.openedAt === null).length,
    gapMs: Math.max(0, ...clients.flatMap(gaps)),
  };
}

/** From each end of a client's streams to the next time it was let in. */
function gaps(own: readonly StreamRecord[]): number[] {
  const opened = own.filter((each) => each.openedAt !== null).sort((a, b) => a.askedAt - b.askedAt);
  return opened.slice(1).map((each, nth) => (each.openedAt ?? 0) - (opened[nth]?.endedAt ?? 0));
}

export function countBy<T>(items: readonly T[], key: (item: T) => string): Record<string, number> {
  return Object.fromEntries([...Map.groupBy(items, key)].map(([name, own]) => [name, own.length]));
}
