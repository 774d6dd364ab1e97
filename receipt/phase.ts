import { type Figures, figures } from './figures.ts';
import type { RequestRecord } from './request.ts';
import { type Step, stepName } from './step.ts';

/** A stretch of a deployment, and what became of the requests that were under way in it. */
export interface Phase extends Figures {
  name: string;
  startedAt: number;
  endedAt: number;
  services: Record<string, Figures>;
}

/** A stretch of time, milliseconds since the epoch. */
export interface Span {
  startedAt: number;
  endedAt: number;
}

/**
 * Before the first step, each step, after the last one, and all. A request counts in every step during which
 * it was under way, from when it was due until its answer: one that a step cut off counts there, whenever it
 * was sent.
 */
export function phases(
  requests: readonly RequestRecord[],
  steps: readonly Step[],
  { startedAt, endedAt }: Span,
): Phase[] {
  const first = Math.min(endedAt, ...steps.map((step) => step.startedAt));
  const last = Math.max(first, ...steps.map((step) => step.endedAt));
  const phase = (name: string, span: Span, own: readonly RequestRecord[]): Phase => ({
    name,
    startedAt: span.startedAt,
    endedAt: span.endedAt,
    ...figures(own),
    services: byService(own, figures),
  });
  return [
    phase(
      'before',
      { startedAt, endedAt: first },
      requests.filter((each) => each.endedAt < first),
    ),
    ...steps.map((step) => phase(stepName(step), step, underWay(requests, step))),
    phase(
      'after',
      { startedAt: last, endedAt },
      requests.filter(({ sentAt }) => sentAt > last),
    ),
    phase('in all', { startedAt, endedAt }, requests),
  ];
}

export function underWay<T extends { sentAt: number; endedAt: number }>(
  requests: readonly T[],
  span: Span,
): T[] {
  return requests.filter(({ sentAt, endedAt }) => sentAt <= span.endedAt && endedAt >= span.startedAt);
}

/** Sums up each service's own. */
export function byService<T extends { service: string }, R>(
  items: readonly T[],
  sum: (own: readonly T[]) => R,
): Record<string, R> {
  const groups = [...Map.groupBy(items, ({ service }) => service)].sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(groups.map(([service, own]) => [service, sum(own)]));
}
