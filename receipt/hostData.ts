import type { DataIdentity, DataState } from './dataIdentity.ts';

/** A folder as a host measured it: counts and digests only where nobody else could write meanwhile. */
interface Measured {
  owner: string;
  mode: string;
  files: number | null;
  contents: string | null;
}

/** A line of `containerhost data STACK`: what an instance found when it took a folder over. */
interface Taken {
  /** `<volume|project|host>.<name>` */
  name: string;
  /** seconds since the epoch */
  at: number;
  /** what its predecessor left; null for the first one, and where nobody was parked */
  before: Measured | null;
  after: Measured | null;
}

/**
 * What `containerhost data STACK` prints, as far as it was taken over since then (milliseconds since the epoch).
 * @throws {SyntaxError} for a line that is no JSON
 */
export function parseHostData(lines: readonly string[], since: number): DataIdentity[] {
  return lines
    .map((line) => JSON.parse(line) as Taken)
    .filter(({ at }) => at * 1000 >= since)
    .map(({ name, before, after }) => ({
      volume: readable(name),
      before: stateOf(before),
      after: stateOf(after),
    }));
}

/** Where another service may write at the same time, only the folder is compared: nothing was counted. */
function stateOf(measured: Measured | null): DataState | null {
  if (measured === null || measured.files === null) return null;
  const { owner, mode, files, contents } = measured;
  return { owner, mode: mode.padStart(4, '0'), files, hash: contents };
}

function readable(name: string): string {
  const dot = name.indexOf('.');
  const rest = name.slice(dot + 1);
  switch (name.slice(0, dot)) {
    case 'project':
      return `./${rest.replace(/-[0-9a-f]{6}$/, '')}`;
    case 'host':
      return rest.replaceAll('%', '/');
    default:
      return rest;
  }
}
