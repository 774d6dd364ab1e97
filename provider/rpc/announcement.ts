import { closeSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import type { Served } from './serve.ts';

/** How the process that an engine has says where it serves, to whatever that engine starts after it. */
const variable = 'CONTAINERHOST_ANNOUNCEMENT';

/** For how long this process answers for the others after its own end, where they are not ended. */
const othersMs = 30_000;

/**
 * Writes this process's launcher and its port to the file that the launcher names. It goes with the process, where that
 * is ended by a signal that can be heard; a launcher believes no file of one that is gone.
 *
 * An engine ends its plugins one after the other, each with a cancellation that is to be answered; which is the first,
 * chance decides. So this process is gone for its engine at once, with its launcher and its streams, and answers until
 * the last of them was cancelled.
 */
export function announce(
  { port, finish }: Pick<Served, 'port' | 'finish'>,
  file: string | undefined = process.env[variable],
): void {
  if (file === undefined) return;
  const announced = `${process.ppid} ${port}\n`;
  writeFileSync(file, announced, { mode: 0o600 });
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, async () => {
      withdraw(file, announced);
      // nothing else may get their numbers
      for (const stream of [1, 2]) {
        closeSync(stream);
        openSync('/dev/null', 'w');
      }
      await Promise.race([finish(), setTimeout(othersMs)]);
      process.exit(0);
    });
  }
  process.once('exit', () => withdraw(file, announced));
}

/** Another process of the engine may have announced itself since. */
function withdraw(file: string, announced: string): void {
  try {
    if (readFileSync(file, 'utf8') === announced) rmSync(file, { force: true });
  } catch {
    // it is gone already
  }
}
