import { startLoad } from '../../rehearsal/load/load.ts';
import type { Report } from '../../rehearsal/load/report.ts';
import { now } from '../../rehearsal/load/request.ts';
import type { Rehearsal } from '../../rehearsal/rehearsal.ts';
import { knownTo, strangers } from '../../rehearsal/strangers.ts';
import { targets } from '../../rehearsal/targets.ts';
import type { RuntimeName } from '../../spec/service.ts';
import { data, withoutLedger, write } from '../e2e/data.ts';
import { eventually, well, who } from '../e2e/rehearse.ts';
import { Running } from './running.ts';

/** Which way the flag is being changed. */
export interface Direction {
  from: RuntimeName;
  to: RuntimeName;
}

export const directions: Direction[] = [
  { from: 'docker', to: 'podman' },
  { from: 'podman', to: 'docker' },
];

/** Where a fault strikes: a stack that serves from one runtime, under load, its flag just changed to the other. */
export interface Stage extends Direction {
  rehearsal: Rehearsal;
  /** Says that the fault strikes now: what is lost is counted from here. */
  struck(): void;
  /** Starts `pulumi up`. */
  begin(args?: string[]): Running;
}

/** One thing that goes wrong while a stack is deployed, and what it may cost. */
export interface Fault {
  name: string;
  /** Starts `up`, breaks something, and returns when what was under way has ended. */
  strike(stage: Stage): Promise<void>;
  /**
   * Seconds after `stage.struck()` in which a request that is sent may be lost, besides those that were under way
   * then; 0: none is, ever.
   */
  outage: number;
  /** nobody deploys again until every service answers by itself, within so many seconds */
  alone?: number;
  /** Takes away what stands in the way of the next `up`. */
  mend?(stage: Stage): Promise<void>;
  /** Takes away what the next `up` needed. */
  after?(stage: Stage): Promise<void>;
  /** the runtime that the next `up` ends on; default the one that the flag was changed to */
  settlesOn?: 'from' | 'to';
}

/** What a fault has cost. */
export interface Cost {
  sent: number;
  lost: number;
  /** from the fault until the last of the requests that were lost was sent */
  outageSeconds: number;
  /** the longest that a request waited for its answer */
  longestSeconds: number;
  /** from the fault until everything answered without anybody's help; null: it was not waited for */
  backSeconds: number | null;
  failures: Record<string, number>;
}

/** Requests a second, over all services with a hostname, that a machine can do which does nothing else meanwhile. */
const wholeRate = 200;

const services = ['cortex-admin', 'cortex-dashboard', 'cortex-editor'];

let written = 0;

/**
 * Strikes a stack with a fault while it is flipped under load, and deploys it again.
 *
 * @throws when more is lost than the fault may cost, the next `up` fails, data differ, a service is not served from the flag's runtime, more than one
 *   instance of a service is left, the preview is not clean, or something is on the host that nobody knows of
 */
export async function suffer(
  rehearsal: Rehearsal,
  fault: Fault,
  { from, to }: Direction,
  rate = wholeRate,
): Promise<Cost> {
  let struckAt = Number.NaN;
  const stage: Stage = {
    rehearsal,
    from,
    to,
    struck: () => {
      struckAt = now();
    },
    begin: (args) => new Running(rehearsal, args),
  };
  try {
    const { backSeconds, report } = await strike(stage, fault, rate);
    const paid = { ...cost(report, struckAt), backSeconds };
    process.stderr.write(`${row(fault, stage, paid)}\n`);
    // of a fault that does not say when it struck nothing may be lost
    if (paid.lost > 0 && !(fault.outage > 0 && paid.outageSeconds <= fault.outage)) {
      const allowed =
        fault.outage === 0 ? 'none' : `none that was sent later than ${fault.outage} s after the fault`;
      throw new Error(
        `${paid.lost} requests were lost, the last ${paid.outageSeconds} s after the fault, expected ${allowed}:\n${JSON.stringify(paid.failures, null, 2)}`,
      );
    }
    return paid;
  } finally {
    await fault.after?.(stage);
  }
}

async function strike(
  stage: Stage,
  fault: Fault,
  rate: number,
): Promise<{ backSeconds: number | null; report: Report }> {
  const { rehearsal, from, to } = stage;
  await servedFrom(rehearsal, from);
  written += 1;
  await write(rehearsal, `before-${written}`);
  const before = withoutLedger(await data(rehearsal));
  setFlag(rehearsal, to);
  const load = startLoad({ targets: await targets(rehearsal), rate, timeoutMs: 150_000 });
  let backSeconds: number | null = null;
  try {
    await pause(1000);
    await fault.strike(stage);
    const ended = performance.now();
    if (fault.alone !== undefined) {
      await eventually(fault.alone, () => everyoneAnswers(rehearsal));
      backSeconds = seconds(performance.now() - ended);
    }
    await fault.mend?.(stage);
    setFlag(rehearsal, fault.settlesOn === 'from' ? from : to);
    well(await rehearsal.up());
    await pause(1000);
  } finally {
    await load.stop(10_000);
  }
  await expectWhole(rehearsal, before);
  return { backSeconds, report: await load.stop() };
}

/** Everything is as if nothing had happened, but for the runtime. */
async function expectWhole(rehearsal: Rehearsal, before: unknown): Promise<void> {
  const { code, output } = await rehearsal.preview(['--expect-no-changes']);
  if (code !== 0) throw new Error(`the preview is not clean:\n${output}`);
  const known = knownTo(rehearsal.stack, await rehearsal.state());
  const problems = await strangers(rehearsal.vm, known);
  for (const service of known.services) {
    const own = known.instances.filter(({ name }) => name.slice(0, -8) === service);
    if (own.length !== 1) problems.push(`${service} has ${own.length} instances in the state, expected 1`);
  }
  const now = JSON.stringify(withoutLedger(await data(rehearsal)));
  if (now !== JSON.stringify(before)) problems.push(`data were ${JSON.stringify(before)} and are ${now}`);
  if (problems.length > 0) throw new Error(problems.join('\n'));
}

/** Also to what it is already. */
export function setFlag({ project, stack }: Rehearsal, runtime: RuntimeName): void {
  project.configure(stack, ['cortex:runtime'], runtime);
}

/** So that what never becomes healthy is given up after a quarter of a minute. */
export function giveUpSooner({ project }: Rehearsal): void {
  const probing = { interval: '3s', timeout: '3s', retries: 4 };
  for (const service of ['cortex-admin', 'cortex-dashboard', 'cortex-engine']) {
    for (const [key, value] of Object.entries(probing)) {
      project.set('compose.yaml', ['services', service, 'healthcheck', key], value);
    }
  }
}

/** So that all who come while a single writer's new version is given up may wait: in half a minute more than 2,000. */
export function roomForAll({ project }: Rehearsal): void {
  project.set('compose.yaml', ['services', 'cortex-admin', 'x-hold'], { requests: 4000 });
}

/** Deploys only if need be. */
async function servedFrom(rehearsal: Rehearsal, runtime: RuntimeName): Promise<void> {
  setFlag(rehearsal, runtime);
  const found = await Promise.all(services.map((service) => who(rehearsal, service).catch(() => undefined)));
  if (found.some((each) => each?.runtime !== runtime)) well(await rehearsal.up());
}

async function everyoneAnswers(rehearsal: Rehearsal): Promise<void> {
  await Promise.all(services.map((service) => who(rehearsal, service)));
}

function cost({ sent, lost, requests, max }: Report, struckAt: number): Omit<Cost, 'backSeconds'> {
  const failed = requests.filter(({ failure }) => failure !== null);
  const times = failed.map(({ sentAt }) => sentAt);
  const outage = times.length === 0 ? 0 : Math.max(...times) - struckAt;
  const failures: Record<string, number> = {};
  for (const { service, kind, failure } of failed) {
    const reason = `${service} ${kind}: ${failure?.replace(/<[^>]*>|[0-9a-f-]{36,}/g, '')}`;
    failures[reason] = (failures[reason] ?? 0) + 1;
  }
  return { sent, lost, outageSeconds: seconds(outage), longestSeconds: seconds(max ?? 0), failures };
}

const seconds = (milliseconds: number) => Math.round(milliseconds / 100) / 10;
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** What a fault has cost, on one line. */
function row(fault: Fault, { from, to }: Direction, cost: Cost): string {
  const { sent, lost, outageSeconds, longestSeconds, backSeconds } = cost;
  const last = lost === 0 ? '' : `, the last ${outageSeconds} s after it`;
  const back = backSeconds === null ? '' : `, back by itself after ${backSeconds} s`;
  return `${from} to ${to}, ${fault.name}: ${lost} of ${sent} lost${last}; the longest waited ${longestSeconds} s${back}`;
}
