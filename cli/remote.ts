import type { ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Attached } from '../provider/ssh/shell.ts';
import { words } from '../provider/words.ts';
import { engineArgv } from '../runtimes/engine.ts';
import type { Account } from '../runtimes/runtime.ts';
import { runtimeNames } from '../spec/service.ts';
import { CliError, exit } from './exit.ts';
import type { Stack } from './stack.ts';

/** Functions for a script on the host, from `cli/host/`. */
export function hostFunctions(name: string): string {
  return readFileSync(join(import.meta.dirname, 'host', `${name}.sh`), 'utf8');
}

/** A shell function `engine`: the command of the engine that `$runtime` names. */
export function engineFunction(account: Account): string {
  const cases = runtimeNames.map((runtime) => `${runtime}) ${words(engineArgv(runtime, account))} "$@" ;;`);
  return `engine() (cd / && case $runtime in ${cases.join(' ')} esac)`;
}

/** The service, if the last `up` made it. @throws {CliError} with those that there are */
export function mustHave({ name, state }: Stack, service: string): void {
  if (Object.hasOwn(state.services, service)) return;
  const known = Object.keys(state.services).join(', ') || 'none: nothing was deployed';
  throw new CliError(`stack '${name}' has no service '${service}'; it has ${known}`, exit.notRun);
}

/**
 * Waits for a command that the operator talks to. Ctrl-C is for it: what it ends with, `cortex` ends with. Where
 * the operator ended it, that is told as a shell tells it, by 128 and the signal.
 */
export async function outcome({ process: child, ended }: Attached): Promise<number> {
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  let interrupted: number | undefined;
  const forward = signals.map((signal, index) => {
    const handler = () => {
      interrupted = [130, 143, 129][index];
      child.kill(signal);
    };
    process.on(signal, handler);
    return () => process.off(signal, handler);
  });
  try {
    const code = await ended;
    return interrupted ?? code;
  } catch (error) {
    if (interrupted !== undefined) return interrupted;
    throw error;
  } finally {
    for (const off of forward) off();
  }
}

/** Lines of a stream until it ends. */
export async function* linesOf(stream: ChildProcess['stdout']): AsyncGenerator<string> {
  let rest = '';
  for await (const chunk of stream?.setEncoding('utf8') ?? []) {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    yield* lines;
  }
  if (rest !== '') yield rest;
}
