import type { Span } from './phase.ts';
import type { RequestRecord } from './request.ts';

/** Answers over time, in equal buckets, for a plot. */
export interface Timeline {
  startedAt: number;
  bucketMs: number;
  buckets: number;
  services: ServiceTimeline[];
}

export interface ServiceTimeline {
  service: string;
  /** answers in each bucket by who gave them, in order of their first answer */
  instances: { instance: string; runtime: string; answers: number[] }[];
  /** the slowest answer of each bucket in milliseconds; null where there was none */
  slowest: (number | null)[];
  /** requests that were known to be lost in each bucket */
  lost: number[];
}

/** A bucket is as short as a quarter of a second, and there are no more than so many. */
const shortestMs = 250;
const mostBuckets = 360;

export function timeline(requests: readonly RequestRecord[], span: Span): Timeline {
  const { startedAt } = span;
  const lengthMs = Math.max(span.endedAt - startedAt, 1);
  const bucketMs = Math.max(shortestMs, Math.ceil(lengthMs / mostBuckets / shortestMs) * shortestMs);
  const buckets = Math.ceil(lengthMs / bucketMs);
  const bucket = (at: number) => Math.min(buckets - 1, Math.max(0, Math.floor((at - startedAt) / bucketMs)));
  const services = new Map<string, ServiceTimeline>();
  for (const request of requests.toSorted((a, b) => a.endedAt - b.endedAt)) {
    const { service, endedAt, latencyMs } = request;
    const own = services.get(service) ?? {
      service,
      instances: [],
      slowest: new Array<number | null>(buckets).fill(null),
      lost: new Array<number>(buckets).fill(0),
    };
    services.set(service, own);
    const at = bucket(endedAt);
    if (latencyMs === null) {
      own.lost[at] = (own.lost[at] ?? 0) + 1;
      continue;
    }
    const answers = answersOf(own, request, buckets);
    answers[at] = (answers[at] ?? 0) + 1;
    own.slowest[at] = Math.max(own.slowest[at] ?? 0, Math.round(latencyMs));
  }
  const sorted = [...services.values()].sort((a, b) => (a.service < b.service ? -1 : 1));
  return { startedAt, bucketMs, buckets, services: sorted };
}

function answersOf(own: ServiceTimeline, request: RequestRecord, buckets: number): number[] {
  const instance = request.instance ?? 'unknown';
  const runtime = request.runtime ?? 'unknown';
  let found = own.instances.find((each) => each.instance === instance && each.runtime === runtime);
  if (!found) {
    found = { instance, runtime, answers: new Array<number>(buckets).fill(0) };
    own.instances.push(found);
  }
  return found.answers;
}
