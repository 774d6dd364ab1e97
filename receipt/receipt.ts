import type { ConfigDiff } from './configDiff.ts';
import type { DataIdentity } from './dataIdentity.ts';
import { countBy, type Figures, figures, type StreamFigures, streamFigures } from './figures.ts';
import { byService, type Phase, phases, underWay } from './phase.ts';
import type { RequestRecord, StreamRecord } from './request.ts';
import type { Step } from './step.ts';
import { type Timeline, timeline } from './timeline.ts';

/** What a receipt is made of. */
export interface Deployment {
  stack: string;
  /** in a few words: `docker to podman` */
  title: string;
  /** where the requests were counted */
  source: 'load' | 'proxy';
  /** when the deployment began and ended, milliseconds since the epoch */
  startedAt: number;
  endedAt: number;
  config: ConfigDiff[];
  steps: readonly Step[];
  requests: readonly RequestRecord[];
  streams: readonly StreamRecord[];
  data: readonly DataIdentity[];
  /** what the reader has to know: how it was measured, what could not be */
  notes: readonly string[];
}

/** What a deployment cost those who used the services meanwhile. Times are milliseconds since the epoch. */
export interface Receipt extends Figures {
  version: 1;
  stack: string;
  title: string;
  source: Deployment['source'];
  startedAt: number;
  endedAt: number;
  seconds: number;
  config: ConfigDiff[];
  phases: Phase[];
  services: Record<string, ServiceReceipt>;
  /** lost requests by reason */
  failures: Record<string, number>;
  /** the first of them, one by one */
  lostRequests: { at: number; service: string; reason: string }[];
  steps: readonly Step[];
  timeline: Timeline;
  data: readonly DataIdentity[];
  notes: readonly string[];
}

export interface ServiceReceipt extends Figures {
  /** how it was replaced; null when it was not */
  rollout: 'rolling' | 'recreate' | null;
  /** of a single writer: the longest that a request waited while it moved, milliseconds */
  longestHeldMs: number | null;
  streams: StreamFigures;
}

const mostLost = 50;

/** Sums a deployment up. */
export function makeReceipt(deployment: Deployment): Receipt {
  const { requests, streams, config, data, notes, source, stack, title, startedAt, endedAt } = deployment;
  const steps = deployment.steps.toSorted((a, b) => a.startedAt - b.startedAt || a.endedAt - b.endedAt);
  const lost = requests.filter(({ failure }) => failure !== null);
  const span = {
    startedAt: Math.min(startedAt, ...requests.map(({ sentAt }) => sentAt)),
    endedAt: Math.max(endedAt, ...requests.map((each) => each.endedAt)),
  };
  return {
    version: 1,
    stack,
    title,
    source,
    startedAt,
    endedAt,
    seconds: Math.round((endedAt - startedAt) / 100) / 10,
    ...figures(requests),
    config,
    phases: phases(requests, steps, span),
    services: Object.fromEntries(
      Object.entries(byService(requests, (own) => own)).map(([service, own]) => {
        const its = steps.filter((step) => step.service === service);
        const staying = streams.filter((stream) => stream.service === service);
        return [
          service,
          {
            ...figures(own),
            rollout: rolloutOf(its),
            longestHeldMs: longestHeld(own, its),
            streams: streamFigures(staying),
          },
        ];
      }),
    ),
    failures: countBy(lost, ({ failure }) => failure ?? ''),
    lostRequests: lost
      .slice(0, mostLost)
      .map(({ sentAt, service, failure }) => ({ at: sentAt, service, reason: failure ?? '' })),
    steps,
    timeline: timeline(requests, span),
    data,
    notes,
  };
}

function rolloutOf(its: readonly Step[]): ServiceReceipt['rollout'] {
  if (its.some(({ kind }) => kind === 'park')) return 'recreate';
  return its.some(({ kind }) => kind === 'create') ? 'rolling' : null;
}

/** From when a writer begins to stop until another serves. */
function longestHeld(own: readonly RequestRecord[], its: readonly Step[]): number | null {
  const parking = its.filter(({ kind }) => kind === 'park');
  if (parking.length === 0) return null;
  const serving = its.filter(({ kind }) => kind === 'switch' || kind === 'restore' || kind === 'create');
  const moving = {
    startedAt: Math.min(...parking.map((step) => step.startedAt)),
    endedAt: Math.max(...parking.map((step) => step.endedAt), ...serving.map((step) => step.endedAt)),
  };
  return Math.max(0, ...underWay(own, moving).map(({ heldMs }) => Math.round(heldMs ?? 0)));
}
