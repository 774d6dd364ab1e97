import {
  countBy,
  type Figures,
  figures,
  percentile,
  type StreamFigures,
  streamFigures,
} from '../../receipt/figures.ts';
import type { StreamRecord } from '../../receipt/request.ts';
import type { SentRequest } from './request.ts';

/** What a driver did, request by request and stream by stream. */
export interface Records {
  requests: readonly SentRequest[];
  streams: readonly StreamRecord[];
  /** how many requests a second were asked for, and for how long */
  rate: number;
  seconds: number;
}

export interface Report extends Figures, Records {
  services: Record<string, Figures>;
  /** answered requests by the runtime that answered them */
  runtimes: Record<string, number>;
  /** lost requests by reason, ids left out so that equal reasons meet */
  failures: Record<string, number>;
  /** how late the driver itself sent, milliseconds */
  lagMs: { p99: number | null; max: number | null };
  staying: StreamFigures;
}

/** Sums up what a driver did. */
export function report({ requests, streams, rate, seconds }: Records): Report {
  const sorted = requests.toSorted((a, b) => a.sentAt - b.sentAt);
  const answered = sorted.filter((request) => request.failure === null);
  const lost = sorted.filter((request) => request.failure !== null);
  const lags = sorted.map(({ lagMs }) => lagMs).sort((a, b) => a - b);
  return {
    ...figures(sorted),
    seconds,
    rate,
    services: Object.fromEntries(
      [...Map.groupBy(sorted, ({ service }) => service)].map(([service, own]) => [service, figures(own)]),
    ),
    runtimes: countBy(answered, ({ runtime }) => runtime ?? 'unknown'),
    failures: countBy(lost, ({ failure }) => withoutIds(failure ?? '')),
    lagMs: { p99: percentile(lags, 0.99), max: lags.at(-1) ?? null },
    staying: streamFigures(streams),
    requests: sorted,
    streams,
  };
}

/** What several drivers did at the same time. */
export function together(reports: readonly Records[]): Report {
  return report({
    requests: reports.flatMap(({ requests }) => requests),
    // each driver counts its clients from zero
    streams: reports.flatMap(({ streams }, nth) =>
      streams.map((stream) => ({ ...stream, client: stream.client * reports.length + nth })),
    ),
    rate: reports.reduce((sum, { rate }) => sum + rate, 0),
    seconds: Math.max(0, ...reports.map(({ seconds }) => seconds)),
  });
}

const withoutIds = (reason: string) =>
  reason.replace(/[0-9a-f]{64}/g, '<sha256>').replace(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, '<id>');
