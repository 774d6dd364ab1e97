import type { Deployment } from '../../receipt/receipt.ts';
import type { RequestRecord } from '../../receipt/request.ts';
import type { Step } from '../../receipt/step.ts';
import { stream } from './records.ts';

const zero = Date.UTC(2026, 10, 21, 12);
const step = (kind: Step['kind'], service: string, runtime: string, from: number, to: number): Step => ({
  kind,
  service,
  runtime,
  instance: `${service}-${runtime === 'docker' ? '1a2b3c4' : '5d6e7f8'}`,
  startedAt: zero + from,
  endedAt: zero + to,
  failed: false,
});

/** When a service's requests begin to be held, and when its new instance serves. */
const moves: Record<string, { held: number | null; serves: number }> = {
  'cortex-engine': { held: 2000, serves: 4000 },
  'cortex-admin': { held: 5000, serves: 6500 },
  'cortex-dashboard': { held: null, serves: 5600 },
};

/** 2 s before, 10 s of a flip, 2 s after: a request of each service every 50 ms. */
function requests(): RequestRecord[] {
  return Object.entries(moves).flatMap(([service, { held, serves }]) =>
    Array.from({ length: 280 }, (_, nth): RequestRecord => {
      const due = -2000 + nth * 50;
      const waits = held !== null && due >= held && due < serves ? serves - due : 0;
      const runtime = due + waits < serves ? 'docker' : 'podman';
      const latencyMs = 2 + (nth % 7) + waits;
      return {
        service,
        sentAt: zero + due,
        endedAt: zero + due + latencyMs,
        latencyMs,
        heldMs: waits,
        instance: `${service}-${runtime === 'docker' ? '1a2b3c4' : '5d6e7f8'}`,
        runtime,
        failure: null,
      };
    }),
  );
}

/** A flip of three services, one of them a single writer; `lost` plants as many lost requests. */
export function deployment(lost = 0): Deployment {
  const all = requests();
  const planted = all.filter(
    ({ service, sentAt }) => service === 'cortex-dashboard' && sentAt >= zero + 5600,
  );
  for (const request of planted.slice(0, lost)) {
    request.latencyMs = null;
    request.heldMs = null;
    request.failure = 'status 503, expected 200: "<html>"';
  }
  return {
    stack: 'dev',
    title: 'docker to podman',
    source: 'load',
    startedAt: zero,
    endedAt: zero + 10_000,
    config: [{ file: 'Pulumi.dev.yaml', lines: ['-  cortex:runtime: docker', '+  cortex:runtime: podman'] }],
    steps: [
      step('park', 'cortex-engine', 'docker', 2000, 2600),
      step('create', 'cortex-engine', 'podman', 2700, 3900),
      step('switch', 'cortex-engine', 'podman', 3900, 4000),
      step('remove', 'cortex-engine', 'docker', 8000, 8300),
      step('park', 'cortex-admin', 'docker', 5000, 5400),
      step('create', 'cortex-admin', 'podman', 5400, 6400),
      step('switch', 'cortex-admin', 'podman', 6400, 6500),
      step('create', 'cortex-dashboard', 'podman', 4200, 5500),
      step('switch', 'cortex-dashboard', 'podman', 5500, 5600),
      step('remove', 'cortex-dashboard', 'docker', 5600, 9000),
    ],
    requests: all,
    streams: [
      stream({ service: 'cortex-dashboard', openedAt: zero - 1900, endedAt: zero + 5600 }),
      stream({
        service: 'cortex-dashboard',
        askedAt: zero + 5700,
        openedAt: zero + 5710,
        endedAt: zero + 9000,
        cut: false,
      }),
    ],
    data: [
      {
        volume: 'engine-state',
        before: { owner: '1000:1000', mode: '0755', files: 12, hash: 'ab'.repeat(32) },
        after: { owner: '1000:1000', mode: '0755', files: 12, hash: 'ab'.repeat(32) },
      },
    ],
    notes: ['60 requests a second.'],
  };
}
