import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import type { LoadArgs } from './load.ts';
import type { Records } from './report.ts';

/** A load in a process of its own. */
export interface Driver {
  /** Sends no more, and returns what became of every request. @throws when the process has failed */
  stop(): Promise<Records>;
}

/**
 * Starts a load in a process of its own, so that its times are not those of whoever measures, and sends once
 * it is ready.
 *
 * @param inside process id of a VM, to send from within its network, where every service has its address
 */
export async function startDriver(args: LoadArgs, inside?: number): Promise<Driver> {
  const node = [process.execPath, join(import.meta.dirname, 'main.ts')];
  const [command = '', ...rest] =
    inside === undefined ? node : ['nsenter', '--net', '-t', `${inside}`, ...node];
  const child = spawn(command, rest, { stdio: ['pipe', 'pipe', 'inherit'] });
  const ended = once(child, 'close') as Promise<[number | null]>;
  child.stdin.on('error', () => {}); // said by how it ended
  child.stdin.write(`${JSON.stringify(args)}\n`);
  const ready = once(child.stdout, 'data').then(() => {});
  await Promise.race([ready, ended.then(failed)]);
  const printed = text(child.stdout);
  return {
    async stop() {
      child.stdin.end();
      const [code] = await ended;
      if (code !== 0) failed([code]);
      return JSON.parse(await printed) as Records;
    },
  };
}

function failed([code]: [number | null]): never {
  throw new Error(`the driver of the load ended with ${code}: see what it said above`);
}
