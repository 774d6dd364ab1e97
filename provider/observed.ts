import { canonicalJson } from '../spec/digest.ts';
import type { RuntimeName, ServiceSpec } from '../spec/service.ts';
import type { Plain } from './rpc/value.ts';

/**
 * What a container is, in the words of the spec, so that a difference reads as one of the declaration.
 * Both engines answer `inspect` in the same shape. Compared with what was found right after the creation,
 * never with the spec itself: engines add and spell things in their own ways.
 */
export type Observed = Record<string, Plain>;

/** One container as `docker inspect` or `podman inspect` prints it. */
export type Inspected = { [key: string]: unknown };

const stop = Symbol('not there');

function at(value: unknown, path: string): unknown {
  let found = value;
  for (const key of path.split('.')) {
    if (typeof found !== 'object' || found === null) return stop;
    found = (found as Record<string, unknown>)[key];
  }
  return found ?? stop;
}

function plain(value: unknown): Plain {
  return value === stop ? null : (value as Plain);
}

function list(value: unknown): Plain[] {
  return Array.isArray(value) ? (value as Plain[]) : [];
}

function keysOf(value: unknown): string[] {
  return typeof value === 'object' && value !== null ? Object.keys(value).sort() : [];
}

function environment(container: Inspected): Record<string, string> {
  const entries = list(at(container, 'Config.Env')).map((entry) => {
    const text = String(entry);
    const equals = text.indexOf('=');
    return equals < 0 ? [text, ''] : [text.slice(0, equals), text.slice(equals + 1)];
  });
  const found: Record<string, string> = Object.fromEntries(entries);
  // Podman adds it at some starts and not at others: another name for each container, and nobody's change.
  if (found.HOSTNAME === at(container, 'Config.Hostname')) delete found.HOSTNAME;
  return found;
}

function mounts(container: Inspected): Plain[] {
  return list(at(container, 'Mounts'))
    .map(
      (mount) =>
        `${String(plain(at(mount, 'Source')))}:${String(plain(at(mount, 'Destination')))}:${at(mount, 'RW') === false ? 'ro' : 'rw'}`,
    )
    .sort();
}

/** An engine gives a container its own short id as a name, another one at each start of a unit. */
function isOwnId(container: Inspected, name: Plain): boolean {
  return typeof name === 'string' && /^[0-9a-f]{12,}$/.test(name) && idOf(container).startsWith(name);
}

function aliases(container: Inspected): Plain {
  const networks = at(container, 'NetworkSettings.Networks');
  return Object.fromEntries(
    keysOf(networks).map((network) => {
      const names = list((networks as Record<string, { Aliases?: unknown }>)[network]?.Aliases);
      return [network, [...new Set(names.filter((name) => !isOwnId(container, name)))].sort()];
    }),
  );
}

/** Compose and systemd add labels of their own, which say where and by what a container was made. */
function labels(container: Inspected): Plain {
  const all = Object.entries(labelsOf(container));
  return Object.fromEntries(
    all.filter(([name]) => !/^(com\.docker\.compose\.|PODMAN_SYSTEMD_UNIT$)/.test(name)),
  );
}

const sorted = (path: string) => (c: Inspected) =>
  list(at(c, path)).sort((a, b) => (canonicalJson(a) < canonicalJson(b) ? -1 : 1));

/** Rootless Podman mounts a device, and lists it among neither devices nor mounts: only what made the container says it. */
function devices(container: Inspected): Plain[] {
  const words = list(at(container, 'Config.CreateCommand')).map(String);
  const made = words.flatMap((word, index) => (words[index - 1] === '--device' ? [word] : []));
  return [...sorted('HostConfig.Devices')(container), ...made.sort()];
}

function healthCommand(container: Inspected): Plain {
  const [how, ...words] = list(at(container, 'Config.Healthcheck.Test'));
  if (how === undefined || how === 'NONE') return null;
  return how === 'CMD-SHELL' ? ['/bin/sh', '-c', ...words] : how === 'CMD' ? words : [how, ...words];
}

const milliseconds = (path: string) => (c: Inspected) => Number(plain(at(c, path)) ?? 0) / 1e6;
const as = (path: string) => (c: Inspected) => plain(at(c, path));

/** Path in the spec -> how to find it in a container. */
const properties: Record<string, (container: Inspected) => Plain> = {
  image: as('Config.Image'),
  // a tag may be given to another image, which the next start would take
  imageId: as('Image'),
  entrypoint: as('Config.Entrypoint'),
  command: as('Config.Cmd'),
  user: as('Config.User'),
  workingDir: as('Config.WorkingDir'),
  hostname: (c) => (isOwnId(c, plain(at(c, 'Config.Hostname'))) ? null : plain(at(c, 'Config.Hostname'))),
  readOnly: as('HostConfig.ReadonlyRootfs'),
  init: as('HostConfig.Init'),
  privileged: as('HostConfig.Privileged'),
  capAdd: (c) => list(at(c, 'HostConfig.CapAdd')).map(String).sort(),
  capDrop: (c) => list(at(c, 'HostConfig.CapDrop')).map(String).sort(),
  securityOpt: (c) => list(at(c, 'HostConfig.SecurityOpt')).map(String).sort(),
  devices,
  groupAdd: sorted('HostConfig.GroupAdd'),
  pidMode: as('HostConfig.PidMode'),
  ipcMode: as('HostConfig.IpcMode'),
  usernsMode: as('HostConfig.UsernsMode'),
  networkMode: as('HostConfig.NetworkMode'),
  dns: sorted('HostConfig.Dns'),
  tmpfs: as('HostConfig.Tmpfs'),
  'limits.memoryBytes': as('HostConfig.Memory'),
  'limits.memoryReservationBytes': as('HostConfig.MemoryReservation'),
  'limits.cpus': (c) => Number(plain(at(c, 'HostConfig.NanoCpus')) ?? 0) / 1e9,
  'limits.cpuShares': as('HostConfig.CpuShares'),
  'limits.cpuset': as('HostConfig.CpusetCpus'),
  'limits.pids': as('HostConfig.PidsLimit'),
  'health.command': healthCommand,
  'health.intervalMs': milliseconds('Config.Healthcheck.Interval'),
  'health.timeoutMs': milliseconds('Config.Healthcheck.Timeout'),
  'health.startPeriodMs': milliseconds('Config.Healthcheck.StartPeriod'),
  'health.retries': as('Config.Healthcheck.Retries'),
  stopSignal: as('Config.StopSignal'),
  stopTimeout: as('Config.StopTimeout'),
  mounts,
  networks: networksOf,
  aliases,
  labels,
  portBindings: as('HostConfig.PortBindings'),
  extraHosts: (c) => list(at(c, 'HostConfig.ExtraHosts')).map(String).sort(),
  logging: as('HostConfig.LogConfig'),
};

/** What can be changed of a container that is there already: `update`, `network connect`. */
const changeable = /^(restart|environment|networks|aliases|limits\.|health\.)/;

/** Whether only another engine, or another container, could have made this one different. */
export function isFixed(path: string): boolean {
  return !changeable.test(path);
}

/**
 * The properties of a container that a deployment declares and a person could have changed. Of secrets that are
 * in its environment nothing is told: what is found here is kept in the state.
 */
export function observe(
  runtime: RuntimeName,
  container: Inspected,
  { secretEnvironment = {} }: Pick<ServiceSpec, 'secretEnvironment'>,
): Observed {
  const shown = Object.entries(environment(container)).filter(
    ([name]) => !Object.hasOwn(secretEnvironment, name),
  );
  const observed: Observed = { environment: Object.fromEntries(shown) };
  for (const [path, find] of Object.entries(properties)) observed[path] = find(container);
  // Under systemd a container has no restart policy of its own: the unit has, and units are compared as files.
  if (runtime === 'docker') observed.restart = plain(at(container, 'HostConfig.RestartPolicy.Name'));
  return observed;
}

export function idOf(container: Inspected): string {
  return String(plain(at(container, 'Id')) ?? '');
}

/** Whether it runs, in the engine's word: `running`, `exited`, `paused`… */
export function stateOf(container: Inspected): string {
  return String(plain(at(container, 'State.Status')));
}

export function nameOf(container: Inspected): string {
  return String(plain(at(container, 'Name'))).replace(/^\//, '');
}

export function labelsOf(container: Inspected): Record<string, string> {
  const labels = at(container, 'Config.Labels');
  return typeof labels === 'object' && labels !== null ? (labels as Record<string, string>) : {};
}

/** Compared by their entries: as a whole they would hide the one that differs. */
const byEntry = ['environment', 'labels', 'aliases'];

/** One property of a container that is not as it was. */
export interface ObservedChange {
  path: string[];
  before: Plain;
  now: Plain;
}

/** The names of the networks that it is in. */
export function networksOf(container: Inspected): string[] {
  return keysOf(at(container, 'NetworkSettings.Networks'));
}

/** Everything that is not as it was. What nobody looked at then is compared from the next creation on. */
export function changed(before: Observed, now: Observed): ObservedChange[] {
  return Object.keys(before)
    .filter((path) => path in now)
    .flatMap((path) => {
      const [old, live] = [before[path] ?? null, now[path] ?? null];
      return byEntry.includes(path)
        ? changedEntries(path, old, live)
        : differs(old, live)
          ? [{ path: path.split('.'), before: old, now: live }]
          : [];
    });
}

function changedEntries(path: string, before: Plain, now: Plain): ObservedChange[] {
  const old = (before ?? {}) as Record<string, Plain>;
  const live = (now ?? {}) as Record<string, Plain>;
  // a network that it left, or joined, is told as one
  const entered = (name: string) => path !== 'aliases' || (name in old && name in live);
  return [...new Set([...Object.keys(old), ...Object.keys(live)])]
    .filter(entered)
    .filter((name) => differs(old[name] ?? null, live[name] ?? null))
    .map((name) => ({ path: [path, name], before: old[name] ?? null, now: live[name] ?? null }));
}

function differs(one: Plain, other: Plain): boolean {
  return canonicalJson(one) !== canonicalJson(other);
}
