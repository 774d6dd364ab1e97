import type { Step, StepKind } from './step.ts';

/** A line of Pulumi's event log, and when it was written: the engine's own times are whole seconds. */
export interface EngineEvent {
  at: number;
  line: string;
}

interface Metadata {
  op: string;
  urn: string;
  type: string;
  old?: State | null;
  new?: State | null;
}

interface State {
  id?: string;
  inputs?: { runtime?: unknown; instance?: unknown };
}

/**
 * What was done to each instance, from the event log of a `pulumi up`. Of a single writer the engine deletes
 * the old instance first: it is parked in the creation that follows.
 */
export function stepsOfEvents(events: readonly EngineEvent[]): Step[] {
  const steps: Step[] = [];
  const open = new Map<string, Step>();
  for (const { at, line } of events) {
    const { begun, done, failed } = parse(line);
    const metadata = begun ?? done ?? failed;
    const kind = metadata && kindOf(metadata);
    if (!metadata || !kind) continue;
    const key = `${metadata.op} ${metadata.urn}`;
    const step = open.get(key) ?? toStep(metadata, kind, at);
    if (begun) {
      open.set(key, step);
      steps.push(step);
      continue;
    }
    step.endedAt = at;
    step.failed = failed !== undefined;
    step.instance = instanceOf(metadata, kind) ?? step.instance;
    open.delete(key);
  }
  return steps.map((step) => (isParking(step, steps) ? { ...step, kind: 'park' } : step));
}

function parse(line: string): { begun?: Metadata; done?: Metadata; failed?: Metadata } {
  const event = JSON.parse(line) as Record<string, { metadata?: Metadata } | undefined>;
  const of = (name: string) => event[name]?.metadata;
  const [begun, done, failed] = [of('resourcePreEvent'), of('resOutputsEvent'), of('resOpFailedEvent')];
  return { ...(begun && { begun }), ...(done && { done }), ...(failed && { failed }) };
}

function kindOf({ op, type }: Metadata): StepKind | undefined {
  if (/^containerhost:index[:/]Slot$/.test(type))
    return op === 'update' || op === 'create' ? 'switch' : undefined;
  if (!/^containerhost:index[:/]Instance$/.test(type)) return undefined;
  if (op === 'create' || op === 'create-replacement') return 'create';
  return op === 'delete' || op === 'delete-replaced' ? 'remove' : undefined;
}

function toStep(metadata: Metadata, kind: StepKind, at: number): Step {
  const runtime = (kind === 'remove' ? metadata.old : metadata.new)?.inputs?.runtime;
  return {
    kind,
    service: metadata.urn.split('::').at(-1) ?? '',
    instance: instanceOf(metadata, kind),
    runtime: typeof runtime === 'string' ? runtime : null,
    startedAt: at,
    endedAt: at,
    failed: false,
  };
}

function instanceOf(metadata: Metadata, kind: StepKind): string | null {
  const state = kind === 'remove' ? metadata.old : metadata.new;
  const found = kind === 'switch' ? state?.inputs?.instance : state?.id;
  return typeof found === 'string' && found !== '' ? found : null;
}

/** A removal that comes before the creation of its successor. */
function isParking(step: Step, steps: readonly Step[]): boolean {
  return (
    step.kind === 'remove' &&
    steps.some(
      ({ kind, service, startedAt }) =>
        kind === 'create' && service === step.service && startedAt >= step.endedAt,
    )
  );
}
