import type { RuntimeName, ServiceSpec } from '../spec/service.ts';
import { type Account, subordinateIds } from './runtime.ts';

/**
 * Which number a container's user has on the host. Both engines write files under these numbers, so a volume that
 * moves from one to the other keeps its owners only if every number is moved along.
 *
 * Uids and gids map alike, because the account's group has the account's number and its subgids are its subuids.
 */
export interface IdRange {
  container: number;
  host: number;
  size: number;
}

/** Ids `from … from + size - 1` on disk become `to … to + size - 1`. */
export interface IdShift {
  from: number;
  to: number;
  size: number;
}

type User = ServiceSpec['user'];
export type IdKind = 'uid' | 'gid';

/** True when the container's user gets the account's own number on the host (Podman's `keep-id`). */
export function keepsId(user: User): user is { uid: number; gid: number } {
  return user !== null && (user.uid !== 0 || user.gid !== 0);
}

/** The ranges of container ids that exist, ascending, and where they are on the host. */
export function idRanges(runtime: RuntimeName, user: User, account: Account, kind: IdKind): IdRange[] {
  switch (runtime) {
    case 'docker':
      return [{ container: 0, host: 0, size: 2 ** 32 - 1 }];
    case 'podman':
      return podmanRanges(keepsId(user) ? user[kind] : 0, account);
    default:
      throw new Error(`runtime: "${runtime satisfies never}" is not known, expected docker or podman`);
  }
}

/** The account's own id is what `kept` is in the container; its subordinate ids fill the numbers around it, in order. */
function podmanRanges(kept: number, { uid, subuidStart }: Account): IdRange[] {
  return [
    { container: 0, host: subuidStart, size: kept },
    { container: kept, host: uid, size: 1 },
    { container: kept + 1, host: subuidStart + kept, size: subordinateIds - kept },
  ].filter((range) => range.size > 0);
}

/** The host's number for a container's, or undefined when the container cannot have that number. */
export function hostId(ranges: IdRange[], id: number): number | undefined {
  const range = ranges.find((r) => id >= r.container && id < r.container + r.size);
  return range && range.host + id - range.container;
}

/** Who owns what the service's own user writes, as numbers on the host: the owner of a new volume's directory. */
export function ownerOnDisk(
  runtime: RuntimeName,
  user: User,
  account: Account,
): { uid: number; gid: number } {
  const { uid, gid } = user ?? { uid: 0, gid: 0 };
  const on = (kind: IdKind, id: number) => {
    const host = hostId(idRanges(runtime, user, account, kind), id);
    if (host === undefined) throw new Error(`${kind} ${id} does not exist in a ${runtime} container`);
    return host;
  };
  return { uid: on('uid', uid), gid: on('gid', gid) };
}

/**
 * How the ids on disk change when a volume moves between two mappings: apply to each id once, by the range that
 * holds it. Swapping the arguments gives the exact reverse. An id that no range holds does not exist in the
 * container it comes from and must be refused. Ranges that stay as they are are listed too (`from === to`).
 */
export function idShifts(from: IdRange[], to: IdRange[]): IdShift[] {
  const shifts: IdShift[] = [];
  for (const a of from) {
    for (const b of to) {
      const first = Math.max(a.container, b.container);
      const end = Math.min(a.container + a.size, b.container + b.size);
      if (first >= end) continue;
      shifts.push({
        from: a.host + first - a.container,
        to: b.host + first - b.container,
        size: end - first,
      });
    }
  }
  return shifts;
}
