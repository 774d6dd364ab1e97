import { ask } from '../../rehearsal/ask.ts';
import type { Rehearsal } from '../../rehearsal/rehearsal.ts';
import { inside } from './rehearse.ts';

/** What each writer of a volume has, as its container sees it: admin runs as root, the engine as 1000. */
export async function data({ edge, vm }: Rehearsal): Promise<Record<string, unknown>> {
  const { status, body } = await ask(edge.publicPort, 'cortex-admin.localhost', '/data');
  if (status !== 200)
    throw new Error(`cortex-admin answered ${status} when its data were asked for: ${body}`);
  return { admin: JSON.parse(body), engine: JSON.parse(await inside(vm, 'cortex-engine', 8000, '/data')) };
}

/** A file of this name in the volume of each writer, and an entry of the ledger. */
export async function write({ edge, vm }: Rehearsal, name: string): Promise<void> {
  const body = `${name} ${'x'.repeat(1000)}`;
  const path = `/data/${name}`;
  const { status } = await ask(edge.publicPort, 'cortex-admin.localhost', path, { method: 'POST', body });
  if (status !== 201) throw new Error(`cortex-admin answered ${status} when ${name} was written`);
  await inside(vm, 'cortex-engine', 8000, path, { method: 'POST', body });
  await inside(vm, 'cortex-engine', 8000, `/ledger?id=${name}`, { method: 'POST' });
}

/** Without the database's files, which are written while the engine starts. */
export function withoutLedger(found: unknown): unknown {
  return JSON.parse(
    JSON.stringify(found, (key, value) => (key.includes('sqlite') ? undefined : value)),
    (_, value) =>
      Array.isArray(value) ? value.filter((each) => !JSON.stringify(each).includes('sqlite')) : value,
  );
}
