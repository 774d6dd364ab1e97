import type { DiffResult } from './rpc/resourceProvider.ts';
import { isObject, open, type PropertyValue, type Props, Secret, Unknown } from './rpc/value.ts';

export type Difference = 'ADD' | 'DELETE' | 'UPDATE';

/**
 * How to reach a host says nothing about what is on it: a rotated key, another port or another operator's
 * path is no difference. The host's identity is its machine id; its host key may be renewed. `rollout` is what slots
 * had in states once.
 */
const ignored = new Set(['host.connection', 'host.hostKey', 'registries', 'rollout']);

/** One property that differs. */
export interface Differing {
  path: string[];
  before: PropertyValue | undefined;
  after: PropertyValue | undefined;
}

/** Everything that differs. Objects are compared by their entries, lists as a whole. */
export function differing(olds: Props, news: Props): Differing[] {
  return compare(olds, news, []);
}

/** Property path -> what happened to it. */
export function differences(olds: Props, news: Props): Record<string, Difference> {
  return Object.fromEntries(
    differing(olds, news).map(({ path, before, after }) => [
      path.reduce(join, ''),
      (open(before) ?? null) === null ? 'ADD' : (open(after) ?? null) === null ? 'DELETE' : 'UPDATE',
    ]),
  );
}

/** The same for the engine, of a resource that is updated in place. */
export function inPlace(olds: Props, news: Props): DiffResult {
  const found = differences(olds, news);
  return {
    changes: Object.keys(found).length > 0,
    replaces: [],
    deleteBeforeReplace: false,
    detailedDiff: Object.fromEntries(
      Object.entries(found).map(([path, kind]) => [path, { kind, inputDiff: true }]),
    ),
  };
}

function compare(
  old: PropertyValue | undefined,
  now: PropertyValue | undefined,
  path: string[],
): Differing[] {
  if (ignored.has(path.join('.'))) return [];
  const before = open(old);
  const after = open(now);
  if (isObject(before) && isObject(after)) {
    const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])];
    const found = keys.flatMap((key) => compare(before[key], after[key], [...path, key]));
    return old instanceof Secret || now instanceof Secret ? found.map(sealed) : found;
  }
  return same(before, after) ? [] : [{ path, before: old, after: now }];
}

/** What is inside a secret is one. */
function sealed({ path, before, after }: Differing): Differing {
  const seal = (value: PropertyValue | undefined) => (value === undefined ? undefined : new Secret(value));
  return { path, before: seal(before), after: seal(after) };
}

/** Null and absent are the same: the engine drops what is null. */
function same(a: PropertyValue | undefined, b: PropertyValue | undefined): boolean {
  const left = open(a) ?? null;
  const right = open(b) ?? null;
  if (left === Unknown || right === Unknown) return false;
  if (Array.isArray(left) && Array.isArray(right)) {
    return left.length === right.length && left.every((each, index) => same(each, right[index]));
  }
  if (isObject(left) && isObject(right)) {
    const keys = new Set([...Object.keys(left), ...Object.keys(right)]);
    return [...keys].every((key) => same(left[key], right[key]));
  }
  return left === right;
}

function join(path: string, key: string): string {
  if (!/^[A-Za-z_$][\w$-]*$/.test(key)) return `${path}[${JSON.stringify(key)}]`;
  return path === '' ? key : `${path}.${key}`;
}
