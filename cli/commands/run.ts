import { randomBytes } from 'node:crypto';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { type RuntimeName, runtimeNames } from '../../spec/service.ts';
import type { Context, Run, StackOptions } from '../context.ts';
import { CliError, exit } from '../exit.ts';
import { runOneOff } from '../oneOff/run.ts';
import { parseVolume, type Volume } from '../oneOff/volume.ts';
import type { Stack } from '../stack.ts';

interface RunOptions extends StackOptions {
  volume: string[];
  env: Record<string, string>;
  workdir?: string;
  runtime?: RuntimeName;
}

export function define(command: Command, run: Run): void {
  command
    .argument('<image-or-service>')
    .argument('[command...]', 'after two dashes; default for an image: its own')
    .option('-v, --volume <from:to[:ro]>', 'a folder of yours, or a volume of the stack', collect, [])
    .option('-e, --env <name=value>', 'for what is not secret: it is seen by `ps`', collectEnv, {})
    .option('-w, --workdir <path>', 'where the command starts')
    .addOption(
      new Option('--runtime <name>', 'default: that of the service, or the stack').choices(runtimeNames),
    )
    .option('-s, --stack <name>', 'the stack; default: the one that Pulumi has selected')
    .addHelpText(
      'after',
      `
A container that runs one command on the stack's host, and is gone when the
command ends, on Ctrl-C, and when the connection is lost. It gets your stdin,
and a terminal if you are at one. cortex ends with its exit code, or with 125
where it could not be run.

-v FOLDER:PATH sends a folder of yours there, and brings back what the command
changed in it; with :ro it does not. Files that the command removed stay.
-v VOLUME:PATH is a volume of the stack, read-only.

With a service it is as that service is: image, environment, user, networks,
limits, secrets (as files). Mounts are read-only, for the service writes them.

Examples:
  cortex run -v .:/app -w /app python:3.11 -- python script.py
  cortex run cortex-engine -- python -m cortex.report
  cortex run -v engine-state:/state alpine:3.22 -- tar -C /state -c . >state.tar`,
    )
    .action(
      run(async (context, subject: string, argv: string[], options: RunOptions) => {
        const volumes = options.volume.map((text) => parseVolume(text, context.cwd));
        const stack = await context.openStack(options.stack);
        return start(context, stack, subject, argv, options, volumes);
      }),
    );
}

async function start(
  context: Context,
  stack: Stack,
  subject: string,
  command: string[],
  { env, workdir, runtime }: RunOptions,
  volumes: Volume[],
): Promise<number> {
  const service = stack.state.services[subject];
  if (service && command.length === 0) {
    throw new CliError(
      `${subject} runs already: say what to run in its place, as in: cortex run ${subject} -- COMMAND`,
      exit.usage,
    );
  }
  if (service && runtime && runtime !== service.runtime)
    throw new CliError(`--runtime is for an image: ${subject} runs under ${service.runtime}`, exit.usage);
  if (service && !service.spec) throw new CliError(`${subject} is encrypted in the state`, exit.notRun);
  return runOneOff(context, stack, {
    name: `run-${stack.name}-${randomBytes(4).toString('hex')}`,
    runtime: runtime ?? service?.runtime ?? defaultRuntime(stack),
    image: service?.spec?.image ?? subject,
    like: service,
    command,
    environment: env,
    workingDir: workdir ?? null,
    volumes,
  });
}

/** The flag, or what most services run under where the files cannot be read. */
function defaultRuntime(stack: Stack): RuntimeName {
  try {
    return stack.declared().config.runtime;
  } catch {
    return Object.values(stack.state.services)[0]?.runtime ?? 'docker';
  }
}

function collect(value: string, before: string[]): string[] {
  return [...before, value];
}

function collectEnv(value: string, before: Record<string, string>): Record<string, string> {
  const equals = value.indexOf('=');
  if (equals < 1) throw new InvalidArgumentError('Expected NAME=VALUE.');
  return { ...before, [value.slice(0, equals)]: value.slice(equals + 1) };
}
