import { rmSync, writeFileSync } from 'node:fs';

/** How the process that an engine has says where it serves, to whatever that engine starts after it. */
const variable = 'CONTAINERHOST_ANNOUNCEMENT';

/**
 * Writes this process and its port to the file that the launcher names. It goes with the process, where that is ended
 * by a signal that can be heard; the launcher believes no file of a process that is gone.
 */
export function announce(port: number, file: string | undefined = process.env[variable]): void {
  if (file === undefined) return;
  writeFileSync(file, `${process.pid} ${port}\n`, { mode: 0o600 });
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      rmSync(file, { force: true });
      // as if it had not been heard
      process.kill(process.pid, signal);
    });
  }
  process.once('exit', () => rmSync(file, { force: true }));
}
