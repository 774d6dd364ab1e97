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

/** Path in the spec -> how to find it in a container. */
const properties: Record<string, (container: Inspected) => Plain> = {
  image: (c) => plain(at(c, 'Config.Image')),
  entrypoint: (c) => plain(at(c, 'Config.Entrypoint')),
  command: (c) => plain(at(c, 'Config.Cmd')),
  user: (c) => plain(at(c, 'Config.User')),
  workingDir: (c) => plain(at(c, 'Config.WorkingDir')),
  readOnly: (c) => plain(at(c, 'HostConfig.ReadonlyRootfs')),
  privileged: (c) => plain(at(c, 'HostConfig.Privileged')),
  capAdd: (c) => list(at(c, 'HostConfig.CapAdd')).map(String).sort(),
  capDrop: (c) => list(at(c, 'HostConfig.CapDrop')).map(String).sort(),
  securityOpt: (c) => list(at(c, 'HostConfig.SecurityOpt')).map(String).sort(),
  'limits.memoryBytes': (c) => plain(at(c, 'HostConfig.Memory')),
  'limits.cpus': (c) => Number(plain(at(c, 'HostConfig.NanoCpus')) ?? 0) / 1e9,
  'limits.pids': (c) => plain(at(c, 'HostConfig.PidsLimit')),
  mounts,
  networks: (c) => keysOf(at(c, 'NetworkSettings.Networks')),
  portBindings: (c) => plain(at(c, 'HostConfig.PortBindings')),
  extraHosts: (c) => list(at(c, 'HostConfig.ExtraHosts')).map(String).sort(),
  logging: (c) => plain(at(c, 'HostConfig.LogConfig')),
};

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

/** Path in the spec -> what is there now, for everything that is not as it was. */
export function changed(before: Observed, now: Observed): Record<string, Plain> {
  const result: Record<string, Plain> = {};
  for (const path of new Set([...Object.keys(before), ...Object.keys(now)])) {
    const old = before[path] ?? null;
    const live = now[path] ?? null;
    if (path === 'environment') {
      Object.assign(result, changedEntries(old, live));
    } else if (canonicalJson(old) !== canonicalJson(live)) {
      result[path] = live;
    }
  }
  return result;
}

/** Variables one by one: a whole environment would hide the one that differs. */
function changedEntries(before: Plain, now: Plain): Record<string, Plain> {
  const old = before as Record<string, Plain> | null;
  const live = now as Record<string, Plain> | null;
  const result: Record<string, Plain> = {};
  for (const name of new Set([...Object.keys(old ?? {}), ...Object.keys(live ?? {})])) {
    if (old?.[name] !== live?.[name]) result[`environment.${name}`] = live?.[name] ?? null;
  }
  return result;
}
