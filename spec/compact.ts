/**
 * A spec as it travels and as a state keeps it: without what goes without saying. Each property costs its place in
 * two dozen messages of a preview, and a line of the engine's log in half of them.
 */
import { isDeepStrictEqual } from 'node:util';
import type { ServiceSpec } from './service.ts';

type Entries = { [key: string]: unknown };

/**
 * What a compact spec leaves out. It is no default of any file, and is never changed: there are states, and what
 * they do not say means this. A new property of a spec can be added.
 */
export const leftOut: Omit<ServiceSpec, 'name' | 'image'> = {
  entrypoint: null,
  command: null,
  environment: {},
  secrets: [],
  configs: [],
  user: null,
  workingDir: null,
  hostname: null,
  labels: {},
  readOnly: true,
  init: false,
  mounts: [{ kind: 'tmpfs', target: '/tmp', sizeBytes: 0, mode: '1777' }],
  ports: [],
  health: null,
  restart: 'no',
  stopGraceMs: 10_000,
  stopSignal: null,
  limits: { cpus: null, memoryBytes: 512 * 1024 * 1024, pids: 1024 },
  capDrop: ['ALL'],
  capAdd: [],
  noNewPrivileges: true,
  seccomp: 'default',
  logging: { maxSizeBytes: 10_000_000, maxFiles: 3 },
  networks: ['default'],
  dependsOn: [],
  rollout: 'recreate',
  peers: [],
};

/**
 * The spec without what goes without saying. Its values may be something else than plain ones: those stay.
 *
 * @param like compact too; what it says is said here as well, so that both values of a difference can be shown
 */
export function compactSpec(spec: object, like: object = {}): Entries {
  const whole = { ...missing(spec as Entries), ...spec };
  const { peers, ...said } = without(whole, leftOut as unknown as Entries, like as Entries);
  return { ...said, ...(peers !== undefined && { peers: isTexts(peers) ? peers.join(' ') : peers }) };
}

/** The spec as it was, of a compact one and of one that says everything. */
export function expandSpec(compact: object): Entries {
  const { peers, ...said } = compact as Entries;
  const names = typeof peers === 'string' ? peers.split(' ').filter(Boolean) : peers;
  return filled({ ...said, ...(names !== undefined && { peers: names }) }, leftOut as unknown as Entries);
}

/** What was found to be nothing must not be taken for what goes without saying. */
function missing(spec: Entries): Entries {
  const absent = Object.entries(leftOut).filter(([key, usual]) => usual !== null && spec[key] === undefined);
  return Object.fromEntries(absent.map(([key]) => [key, null]));
}

/** Entries that are not the usual ones, or that `like` has. */
export function without(entries: Entries, usual: Entries, like: Entries = {}): Entries {
  return Object.fromEntries(
    Object.entries(entries).flatMap(([key, value]): [string, unknown][] => {
      const [normal, before] = [usual[key], like[key]];
      if (isEntries(value) && isEntries(normal)) {
        const rest = without(value, normal, isEntries(before) ? before : {});
        return Object.keys(rest).length > 0 ? [[key, rest]] : [];
      }
      const shown = before !== undefined && !isDeepStrictEqual(before, normal);
      return isDeepStrictEqual(value, normal) && !shown ? [] : [[key, value]];
    }),
  );
}

/** The usual entries, and over them those that are there. */
export function filled(entries: Entries, usual: Entries): Entries {
  const both = Object.entries(usual).map(([key, normal]): [string, unknown] => {
    const value = entries[key];
    if (isEntries(value) && isEntries(normal)) return [key, filled(value, normal)];
    return [key, value === undefined ? normal : value];
  });
  return { ...entries, ...Object.fromEntries(both) };
}

/** A plain object: not a list, and nothing that has a class, such as an output or a secret. */
function isEntries(value: unknown): value is Entries {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}

function isTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((each) => typeof each === 'string' && !/[ ]|^$/.test(each));
}
