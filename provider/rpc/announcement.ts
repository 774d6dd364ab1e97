import { rmSync, writeFileSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import type { Served } from './serve.ts';

/** How the process that an engine has says where it serves, to whatever that engine starts after it. */
const variable = 'CONTAINERHOST_ANNOUNCEMENT';

/** How long a client is waited for that does not say that it is done. An engine waits for five seconds. */
const clientsMs = 2000;

/**
 * Writes this process and its port to the file that the launcher names. It goes with the process, where that is ended
 * by a signal that can be heard; the launcher believes no file of a process that is gone. The process goes once all
 * clients have: an engine ends both at the same time, and this one answers for the other.
 */
export function announce(
  { port, finish }: Pick<Served, 'port' | 'finish'>,
  file: string | undefined = process.env[variable],
): void {
  if (file === undefined) return;
  writeFileSync(file, `${process.pid} ${port}\n`, { mode: 0o600 });
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, async () => {
      rmSync(file, { force: true });
      await Promise.race([finish(), setTimeout(clientsMs)]);
      // as if it had not been heard
      process.kill(process.pid, signal);
    });
  }
  process.once('exit', () => rmSync(file, { force: true }));
}
