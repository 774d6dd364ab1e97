import { spawn } from 'node:child_process';
import { resolve } from 'node:path';
import type { Operation } from '../../../provider/rpc/resourceProvider.ts';
import { objectOf, type PlainProps } from '../store.ts';

/** Where the provider's process would be: an operator's shell in the project. */
export interface Surroundings {
  directory: string;
  environment: NodeJS.ProcessEnv;
}

export interface Outcome {
  stdout: string;
  stderr: string;
}

/**
 * Runs a command as `@pulumi/command` does: the interpreter with the command as its last argument, our
 * environment and the resource's, the output of the run before it.
 *
 * @throws with the command and all that it printed, when it does not exit with 0
 */
export async function runCommand(
  command: string,
  inputs: PlainProps,
  previous: Outcome | undefined,
  { log, signal }: Pick<Operation, 'log' | 'signal'>,
  surroundings: Surroundings,
): Promise<Outcome> {
  const [program = '/bin/sh', ...args] = interpreter(inputs);
  const child = spawn(program, [...args, command], {
    cwd: resolve(surroundings.directory, typeof inputs.dir === 'string' ? inputs.dir : '.'),
    env: { ...surroundings.environment, ...strings(inputs.environment), ...previousOutput(inputs, previous) },
    stdio: 'pipe',
    signal,
  });
  const texts = { stdout: '', stderr: '', both: '' };
  const collect = (stream: 'stdout' | 'stderr') => {
    child[stream].setEncoding('utf8').on('data', (chunk: string) => {
      texts[stream] += chunk;
      texts.both += chunk;
      if (logged(inputs, stream)) for (const line of lines(chunk)) log('info', line);
    });
  };
  collect('stdout');
  collect('stderr');
  // A command that does not read its input is no failure.
  child.stdin.on('error', () => {}).end(typeof inputs.stdin === 'string' ? inputs.stdin : '');

  const status = await new Promise<string>((settle) => {
    child.on('error', (error) => settle(error.message));
    child.on('close', (code, killed) => settle(killed ? `signal: ${killed}` : `exit status ${code}`));
  });
  if (status !== 'exit status 0')
    throw new Error(`${status}: running ${JSON.stringify(command)}:\n${texts.both}`);
  return { stdout: texts.stdout.replace(/\n$/, ''), stderr: texts.stderr.replace(/\n$/, '') };
}

function interpreter({ interpreter: given }: PlainProps): string[] {
  return Array.isArray(given) && given.length > 0 ? given.map(String) : ['/bin/sh', '-c'];
}

function previousOutput({ addPreviousOutputInEnv }: PlainProps, previous: Outcome | undefined) {
  if (addPreviousOutputInEnv === false || !previous) return {};
  return {
    ...(previous.stdout && { PULUMI_COMMAND_STDOUT: previous.stdout }),
    ...(previous.stderr && { PULUMI_COMMAND_STDERR: previous.stderr }),
  };
}

function strings(environment: unknown): Record<string, string> {
  return Object.fromEntries(
    Object.entries(objectOf(environment)).map(([name, value]) => [name, String(value)]),
  );
}

function logged({ logging }: PlainProps, stream: 'stdout' | 'stderr'): boolean {
  return logging === undefined || logging === null || logging === stream || logging === 'stdoutAndStderr';
}

function lines(chunk: string): string[] {
  return chunk.split('\n').filter((line) => line !== '');
}
