import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { Argument, type Command, InvalidArgumentError } from 'commander';
import { type Context, printJson, type Run } from '../context.ts';
import { CliError, exit } from '../exit.ts';
import { parseMachine } from '../launchd/machine.ts';
import { type Job, label, plist } from '../launchd/plist.ts';

type Action = 'print' | 'install' | 'remove';

interface LaunchdOptions {
  machine: string;
  purpose: string;
  json?: boolean;
}

export function define(command: Command, run: Run): void {
  command
    .addArgument(new Argument('<action>').choices(['print', 'install', 'remove']))
    .option('-m, --machine <name>', 'the Podman machine', machineName, 'podman-machine-default')
    .option('--purpose <text>', 'why it is there: a comment of the job', 'Containers run in this machine')
    .option('--json', 'for programs')
    .addHelpText(
      'after',
      `
For a Mac: the launchd job that starts a Podman machine at login, with its
purpose in it. print shows it, install puts it into ~/Library/LaunchAgents and
loads it, remove unloads it and takes it away; the machine is left as it is.

Examples:
  cortex launchd print -m 97layerOS
  cortex launchd install -m 97layerOS --purpose 'Telegram bot and MCP CLI'
  cortex launchd remove -m 97layerOS`,
    )
    .action(
      run(async (context, action: Action, { machine, purpose, json }: LaunchdOptions) => {
        const file = join(
          context.environment.HOME ?? homedir(),
          'Library',
          'LaunchAgents',
          `${label(machine)}.plist`,
        );
        switch (action) {
          case 'print':
            if (json)
              printJson(context, {
                label: label(machine),
                file,
                plist: plist(job(machine, purpose, context)),
              });
            else context.out.write(plist(job(machine, purpose, context)));
            return exit.ok;
          case 'install':
            install(file, job(machine, purpose, context), context);
            break;
          case 'remove':
            remove(file, machine, context);
            break;
        }
        if (json) printJson(context, { label: label(machine), file, installed: action === 'install' });
        return exit.ok;
      }),
    );
}

function machineName(value: string): string {
  if (/^[A-Za-z0-9][A-Za-z0-9_.-]*$/.test(value)) return value;
  throw new InvalidArgumentError("Expected a machine's name: letters, digits, dots and dashes.");
}

/** launchd has a PATH of its own, so that podman is named in full. */
function job(machine: string, purpose: string, { environment }: Context): Job {
  const folders = [
    ...(environment.PATH ?? '').split(':'),
    '/opt/homebrew/bin',
    '/usr/local/bin',
    '/opt/podman/bin',
  ];
  const podman = folders
    .map((folder) => join(folder, 'podman'))
    .find((path) => path.startsWith('/') && existsSync(path));
  return { machine, purpose, podman: podman ?? '/opt/homebrew/bin/podman' };
}

function install(file: string, wanted: Job, context: Context): void {
  const { machine, podman } = wanted;
  parseMachine(machine, tool(podman, ['machine', 'inspect', machine], context));
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, plist(wanted));
  // loaded already where it was installed before
  tool('launchctl', ['bootout', target(machine)], context, true);
  tool('launchctl', ['bootstrap', domain(), file], context);
  context.err.write(`${machine} is started at each login: ${file}\n`);
}

function remove(file: string, machine: string, context: Context): void {
  tool('launchctl', ['bootout', target(machine)], context, true);
  const there = existsSync(file);
  rmSync(file, { force: true });
  context.err.write(there ? `${file} was removed\n` : `${file} was not there\n`);
}

/** launchd's name for the login of this user. */
function domain(): string {
  return `gui/${process.getuid?.() ?? 0}`;
}

function target(machine: string): string {
  return `${domain()}/${label(machine)}`;
}

/** @throws {CliError} with what it said, unless it may fail */
function tool(command: string, args: string[], { environment }: Context, mayFail = false): string {
  const { status, stdout, stderr, error } = spawnSync(command, args, { encoding: 'utf8', env: environment });
  if (status === 0 || (mayFail && !error)) return stdout;
  const said = error ? 'it is not there; this is for a Mac with Podman' : stderr.trim();
  throw new CliError(`${command} ${args.join(' ')}: ${said}`);
}
