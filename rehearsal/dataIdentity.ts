import { createHash } from 'node:crypto';
import type { DataIdentity, DataState } from '../receipt/dataIdentity.ts';
import type { Target } from './load/request.ts';
import type { Rehearsal } from './rehearsal.ts';

/** What a stand-in says of its directory (`rehearsal/images/python/cortex/files.py`). */
interface Described {
  directory: string;
  itself: { uid: number; gid: number; mode: string };
  files: Record<string, object>;
}

/** By `<service> <directory>`: what the service sees of its data. */
export type DataStates = Map<string, DataState>;

/** Asks every service for its data, as it sees it; those that keep none refuse. */
export async function dataStates({ vm }: Rehearsal, services: readonly Target[]): Promise<DataStates> {
  const states: DataStates = new Map();
  for (const { service, address, port } of services) {
    const url = `http://${address}:${port}/data`;
    const body = await vm.exec(`curl --silent --fail --max-time 60 ${url}`, { tolerate: true });
    if (body === '') continue;
    const { directory, itself, files } = JSON.parse(body) as Described;
    // a database is written also when nobody asks for anything
    const own = Object.entries(files).filter(([path]) => !path.includes('sqlite3'));
    states.set(`${service} ${directory}`, {
      owner: `${itself.uid}:${itself.gid}`,
      mode: itself.mode,
      files: own.length,
      hash: createHash('sha256').update(JSON.stringify(own)).digest('hex'),
    });
  }
  return states;
}

export function compareStates(before: DataStates, after: DataStates): DataIdentity[] {
  const names = [...new Set([...before.keys(), ...after.keys()])].sort();
  return names.map((volume) => ({
    volume,
    before: before.get(volume) ?? null,
    after: after.get(volume) ?? null,
  }));
}
