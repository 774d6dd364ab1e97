import type { ConfigDiff } from '../receipt/configDiff.ts';
import { type EngineEvent, stepsOfEvents } from '../receipt/engineEvents.ts';
import { makeReceipt, type Receipt } from '../receipt/receipt.ts';
import { compareStates, dataStates } from './dataIdentity.ts';
import { type Driver, startDriver } from './load/driver.ts';
import { type Report, together } from './load/report.ts';
import type { Target } from './load/request.ts';
import type { Rehearsal } from './rehearsal.ts';
import { insideTargets, targets } from './targets.ts';

export interface Flip {
  from: string;
  to: string;
  seconds: number;
  requests: number;
  lost: number;
  /** of each single writer: the longest that a request waited while it moved, milliseconds */
  longestHeldMs: Record<string, number>;
}

/**
 * Requests a second during a flip: at each service's address on the host, and over the edge at those that have
 * a hostname. The edge and its connectors stand in for others and take more of the machine than what is tried.
 */
const [insideRate, edgeRate] = [150, 50];
export const rate = insideRate + edgeRate;

/** One request in so many takes 1.5 s: fewer than one in a hundred, so that a p99 is none of them. */
const longEvery = 125;

/** Clients of event streams, and as many of WebSockets, that stay connected to each service. */
const streams = 1;

/** What a flip is in the words of a receipt, besides what is measured. */
export interface FlipOptions {
  config?: ConfigDiff[];
}

/** Changes the stack while requests come in at a steady rate, with a little of it before and after. */
export async function flipUnderLoad(
  rehearsal: Rehearsal,
  from: string,
  to: string,
  change: () => Promise<{ seconds: number; events?: EngineEvent[] }>,
  { config = [] }: FlipOptions = {},
): Promise<{ flip: Flip; report: Report; receipt: Receipt }> {
  const services = await insideTargets(rehearsal);
  const before = await dataStates(rehearsal, services);
  const drivers = await startDrivers(rehearsal, services);
  const stop = async () => together(await Promise.all(drivers.map((driver) => driver.stop())));
  let changed: Awaited<ReturnType<typeof change>>;
  let [startedAt, endedAt] = [0, 0];
  try {
    await pause(1000);
    startedAt = Date.now();
    changed = await change();
    endedAt = Date.now();
    await pause(1000);
  } catch (error) {
    await stop();
    throw error;
  }
  const report = await stop();
  const receipt = makeReceipt({
    stack: rehearsal.stack,
    title: `${from} to ${to}`,
    source: 'load',
    startedAt,
    endedAt,
    config,
    steps: stepsOfEvents(changed.events ?? []),
    requests: report.requests,
    streams: report.streams,
    data: compareStates(before, await dataStates(rehearsal, services)),
    notes: [
      `${rate} requests a second, half of them POSTs, one in ${longEvery} taking 1.5 s; ${report.staying.clients} clients of streams. The driver itself sent ${Math.round(report.lagMs.p99 ?? 0)} ms late at most in 99 of 100.`,
      'Data is what each service says of its own directory; the files of a database that is being written are left out.',
    ],
  });
  return { flip: summary(receipt, from, to, changed.seconds), report, receipt };
}

function summary(receipt: Receipt, from: string, to: string, seconds: number): Flip {
  const held = Object.entries(receipt.services).filter(([, { rollout }]) => rollout === 'recreate');
  return {
    from,
    to,
    seconds: round(seconds),
    requests: receipt.sent,
    lost: receipt.lost,
    longestHeldMs: Object.fromEntries(held.map(([service, own]) => [service, own.longestHeldMs ?? 0])),
  };
}

async function startDrivers(rehearsal: Rehearsal, services: readonly Target[]): Promise<Driver[]> {
  const same = { longEvery, streams };
  // asked before either begins: they begin together
  const hostnames = await targets(rehearsal);
  return Promise.all([
    startDriver({ ...same, targets: services, rate: insideRate }, rehearsal.vm.pid),
    startDriver({ ...same, targets: hostnames, rate: edgeRate }),
  ]);
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const round = (value: number) => Math.round(value * 10) / 10;
