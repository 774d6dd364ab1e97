import type { TextDiff } from '../../provider/drift.ts';
import type { Inspected } from '../../provider/observed.ts';
import { nameOf, stateOf } from '../../provider/observed.ts';
import { containerOf, type Reading, type Stranger, strangersOf } from '../../provider/reading.ts';
import { isDeclared } from '../../runtimes/image.ts';
import { canonicalJson } from '../../spec/digest.ts';
import { type RuntimeName, runtimeNames, type ServiceSpec } from '../../spec/service.ts';
import type { Declared } from '../../system/declared.ts';
import type { AppliedService, State } from '../state.ts';
import { changeRemark, liveChanges, type StatusChange, statusChange } from './changes.ts';
import type { Figures } from './figures.ts';

/** A container as it is on the host now. */
export interface Live {
  runtime: RuntimeName;
  instance: string;
  image: string;
  /** the engine's word: `running`, `exited`, `restarting`, …; `ended` for a job that ended well */
  state: string;
  /** the engine's word: `healthy`, `unhealthy`, `starting`; null without a health check */
  health: string | null;
  /** null: it does not run */
  uptimeSeconds: number | null;
  restarts: number;
  /** null: it does not run */
  memoryBytes: number | null;
}

export interface ServiceStatus {
  service: string;
  /** null: the project's files do not have it; undefined: they could not be read */
  declared: { runtime: RuntimeName; image: string } | null | undefined;
  /** null: no `up` made it */
  applied: { runtime: RuntimeName; image: string | null; instance: string } | null;
  /** null: the host does not have it */
  live: Live | null;
  /** `address:port`: its virtual address, and where it is published */
  addresses: string[];
  /** what the host has otherwise than the last `up` left it, and whose change that is */
  changes: StatusChange[];
  /** what is not as it should be, and what to do */
  remarks: string[];
}

export interface StackStatus {
  stack: string;
  services: ServiceStatus[];
  /** containers that look like a service's, and are none of this stack's */
  strangers: Stranger[];
  /** what is wrong with the host itself */
  remarks: string[];
}

export interface Found {
  stack: string;
  /** undefined: the project's files could not be read */
  declared: Declared | undefined;
  state: State;
  reading: Reading;
  figures: Figures;
  /** compares texts; only where there are any */
  textDiff: TextDiff;
}

/** Puts together what was declared, what was applied and what is there. */
export function stackStatus(found: Found): StackStatus {
  const { stack, declared, state, reading } = found;
  const names = [
    ...(declared?.services ?? []).map(({ name }) => name),
    ...Object.keys(state.services).sort(),
    ...Object.keys(reading.services).sort(),
  ];
  const services = [...new Set(names)].map((name) => serviceStatus(name, found));
  const strangers = services.flatMap(({ service }) => strangersOf(reading, stack, service));
  return {
    stack,
    services,
    strangers: [...new Map(strangers.map((one) => [`${one.runtime} ${one.name}`, one])).values()],
    remarks: reading.proxyRuns
      ? []
      : ['the proxy is down: nothing is reached. On the host: systemctl status containerhost-proxy'],
  };
}

/** Whether everything is as it was declared, and well. */
export function isWell({ services, remarks }: StackStatus): boolean {
  return [remarks, ...services.map((service) => service.remarks)].every((each) => each.length === 0);
}

function serviceStatus(service: string, found: Found): ServiceStatus {
  const { declared, state, reading } = found;
  const spec = declared?.services.find(({ name }) => name === service);
  const runtime = declared?.runtimes[service];
  const applied = state.services[service];
  const serving = reading.services[service]?.slot || applied?.instance;
  const live = serving === undefined ? null : liveOf(serving, applied?.spec ?? spec, found);
  const changes = liveChanges(found.stack, applied, reading, found.textDiff);
  return {
    service,
    declared: declared && (spec && runtime ? { runtime, image: spec.image } : null),
    applied: applied
      ? { runtime: applied.runtime, image: applied.spec?.image ?? null, instance: applied.instance }
      : null,
    live,
    addresses: addressesOf(service, applied?.spec ?? spec, reading),
    changes: changes.map(statusChange),
    remarks: [
      ...(declared ? toApply(spec, runtime, applied) : []),
      ...toMend(service, live, applied, reading),
      ...changes.filter(({ whose }) => whose === 'host').map(changeRemark),
    ],
  };
}

function addressesOf(service: string, spec: ServiceSpec | undefined, reading: Reading): string[] {
  const own = reading.addresses[service];
  return (spec?.ports ?? []).flatMap(({ port, published }) => [
    ...(own ? [`${own}:${port}`] : []),
    ...published.map((each) => `${each.address}:${each.port}`),
  ]);
}

/** What the files say and the last `up` did not do yet. */
function toApply(
  spec: ServiceSpec | undefined,
  runtime: RuntimeName | undefined,
  applied: AppliedService | undefined,
): string[] {
  if (!spec) return applied ? ['applied, and not declared any more: pulumi up removes it'] : [];
  if (!applied) return ['declared, and never applied: pulumi up makes it'];
  const moved = runtime === applied.runtime ? [] : ['runtime'];
  const changed = applied.spec ? changedKeys(applied.spec, spec) : [];
  const keys = [...moved, ...changed];
  return keys.length > 0 ? [`declared otherwise than applied: ${keys.join(', ')}. pulumi up changes it`] : [];
}

/** The keys of a spec that differ. What a tunnel supplies is not known without Pulumi. */
function changedKeys(before: ServiceSpec, now: ServiceSpec): string[] {
  const known = (spec: ServiceSpec): ServiceSpec => ({
    ...spec,
    image: isDeclared(spec.image, now.image) ? now.image : spec.image,
    configs: spec.configs.map((config) => {
      const supplied = now.configs.some((each) => each.config === config.config && each.content === '');
      return supplied ? { ...config, content: '' } : config;
    }),
  });
  const [old, next] = [known(before), known(now)];
  return (Object.keys({ ...old, ...next }) as (keyof ServiceSpec)[]).filter(
    (key) => canonicalJson(old[key] ?? null) !== canonicalJson(next[key] ?? null),
  );
}

/** What the host has otherwise than the last `up` left it. */
function toMend(
  service: string,
  live: Live | null,
  applied: AppliedService | undefined,
  reading: Reading,
): string[] {
  const record = reading.services[service];
  if (!applied)
    return record
      ? ['on the host, and unknown to the state: an up that was killed? pulumi up clears it']
      : [];
  const parked = record?.parked ? [`${record.parked} is parked: an update is under way, or was cut off`] : [];
  if (!live) return [...parked, 'not on the host: pulumi up makes it anew'];
  const elsewhere =
    live.instance === applied.instance ? [] : [`${live.instance} serves, not ${applied.instance}: pulumi up`];
  const stopped = ['running', 'ended'].includes(live.state)
    ? []
    : [`${live.state}: cortex logs ${service}, then pulumi up`];
  const ill = live.health === 'unhealthy' ? [`unhealthy: cortex logs ${service}`] : [];
  return [...parked, ...elsewhere, ...stopped, ...ill];
}

function liveOf(instance: string, spec: ServiceSpec | undefined, { reading, figures }: Found): Live | null {
  const unit = figures.units[`${instance}.service`];
  for (const runtime of runtimeNames) {
    const container = containerOf(reading, runtime, instance);
    if (!container) continue;
    const { startedAt, exitCode, health, restarts, id, image } = details(container);
    const engineState = stateOf(container);
    const ended = engineState === 'exited' && exitCode === 0 && spec?.restart !== 'always';
    const running = engineState === 'running';
    return {
      runtime,
      instance: nameOf(container),
      image,
      state: ended ? 'ended' : engineState,
      health: running ? health : null,
      uptimeSeconds: running ? Math.max(0, Math.round((figures.nowMs - startedAt) / 1000)) : null,
      // under systemd each start is a container of its own, so the unit counts
      restarts: runtime === 'podman' ? (unit?.restarts ?? 0) : restarts,
      memoryBytes: running ? (figures.memory[id] ?? null) : null,
    };
  }
  // systemd removes a container that ended, and waits before it starts the next
  if (unit?.active !== 'activating' || !spec) return null;
  return {
    runtime: 'podman',
    instance,
    image: spec.image,
    state: 'restarting',
    health: null,
    uptimeSeconds: null,
    restarts: unit.restarts,
    memoryBytes: null,
  };
}

/** Both engines answer `inspect` in the same shape. */
function details(container: Inspected) {
  const { Id, RestartCount, State, Config } = container as {
    Id?: string;
    RestartCount?: number;
    State?: { StartedAt?: string; ExitCode?: number; Health?: { Status?: string } | null };
    Config?: { Image?: string };
  };
  return {
    id: Id ?? '',
    image: Config?.Image ?? '',
    restarts: RestartCount ?? 0,
    startedAt: Date.parse(State?.StartedAt ?? ''),
    exitCode: State?.ExitCode ?? -1,
    // Podman says `""` where there is no health check
    health: State?.Health?.Status || null,
  };
}
