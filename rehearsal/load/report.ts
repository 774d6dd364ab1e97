import type { RequestRecord } from './request.ts';

/** Counts and latencies of a set of requests. `sent` is always `answered` + `lost`. */
export interface Summary {
  sent: number;
  /** answered with status 200, the right service, id and digest */
  answered: number;
  /** everything else: an error, a wrong status, a wrong body, no answer in time */
  lost: number;
  /** latencies of the answered ones in milliseconds; null when there are none */
  p50: number | null;
  p99: number | null;
  max: number | null;
}

export interface Report extends Summary {
  /** how long requests were sent for, and how many a second were asked for */
  seconds: number;
  rate: number;
  services: Record<string, Summary>;
  /** answered requests by the runtime that answered them */
  runtimes: Record<string, number>;
  /** lost requests by reason, ids left out so that equal reasons meet */
  failures: Record<string, number>;
  requests: readonly RequestRecord[];
}

/** Sums up what was sent within `seconds`. */
export function report(requests: readonly RequestRecord[], rate: number, seconds: number): Report {
  const answered = requests.filter((request) => request.failure === null);
  const lost = requests.filter((request) => request.failure !== null);
  const byService = Map.groupBy(requests, (request) => request.service);
  return {
    ...summarize(requests),
    seconds,
    rate,
    services: Object.fromEntries([...byService].map(([service, own]) => [service, summarize(own)])),
    runtimes: count(answered.map((request) => request.runtime ?? 'unknown')),
    failures: count(lost.map((request) => withoutIds(request.failure ?? ''))),
    requests,
  };
}

function summarize(requests: readonly RequestRecord[]): Summary {
  const latencies = requests
    .filter((request) => request.failure === null)
    .map((request) => request.latencyMs ?? 0)
    .sort((a, b) => a - b);
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

function count(values: string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const value of values) counts[value] = (counts[value] ?? 0) + 1;
  return counts;
}

const withoutIds = (reason: string) =>
  reason.replace(/[0-9a-f]{64}/g, '<sha256>').replace(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, '<id>');
