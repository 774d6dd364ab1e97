import { readFileSync } from 'node:fs';
import { announce } from './announcement.ts';
import type { ResourceProvider } from './resourceProvider.ts';
import { serve } from './serve.ts';

/** How often the process looks whether its engine is still there. */
const watchMs = 500;

/** The engine's process, where it is not the parent: there is a launcher between. */
const engineVariable = 'CONTAINERHOST_ENGINE';

/**
 * Runs a provider as a plugin process: the port is the first line on stdout, the engine's address the
 * first argument. Ends when the engine that started it is gone, so that a killed `pulumi` leaves none behind.
 */
export async function main(
  provider: ResourceProvider,
  argv: string[] = process.argv.slice(2),
): Promise<void> {
  // before anything that takes time, in which it may be gone already
  const engine = Number(process.env[engineVariable] ?? process.ppid);
  const since = startOf(engine);
  const served = await serve(provider, { engineAddress: engineAddress(argv) });
  // before the port is said: the engine may start the next one as soon as it has it
  announce(served);
  process.stdout.write(`${served.port}\n`);

  setInterval(async () => {
    if (since !== undefined && startOf(engine) === since) return;
    await served.close();
    process.exit(0);
  }, watchMs);
}

/**
 * When a process was started, or '' where nothing but that it runs can be told. Undefined: it is over, whether or not
 * anybody has looked after it (a container whose first process does not).
 */
function startOf(pid: number): string | undefined {
  try {
    // proc_pid_stat(5): the state, 3rd of the fields, and the start, 22nd, after a name that may hold anything
    const [state, ...rest] = readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ');
    return state === 'Z' ? undefined : rest[18];
  } catch {
    // no such process, or no /proc
  }
  try {
    process.kill(pid, 0);
    return '';
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM' ? '' : undefined;
  }
}

/** The engine puts `--logtostderr`, `-v=9` and `--tracing ADDRESS` before the address. */
function engineAddress(argv: string[]): string | undefined {
  return argv.find((word, index) => !word.startsWith('-') && argv[index - 1] !== '--tracing');
}
