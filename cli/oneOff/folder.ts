import { type ChildProcess, spawn } from 'node:child_process';
import { statSync } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Host } from '../../provider/inputs.ts';
import type { Attached } from '../../provider/ssh/shell.ts';
import { words } from '../../provider/words.ts';
import { mib } from '../../spec/size.ts';
import { CliError, exit } from '../exit.ts';
import type { Stack } from '../stack.ts';

/** What may be sent: more is a slip of the hand (a home folder), and would fill the host's disk. */
const mostBytes = 512 * 2 ** 20;

/** Sends a folder of the operator's to one of the host, where it is the container's user's. */
export async function send(
  stack: Stack,
  host: Host,
  path: string,
  target: string,
  owner: { uid: number; gid: number },
): Promise<void> {
  if (!statSync(path, { throwIfNoEntry: false })?.isDirectory())
    throw new CliError(`-v '${path}': there is no such folder on this machine`, exit.usage);
  const bytes = await sizeOf(path);
  if (bytes > mostBytes)
    throw new CliError(
      `-v '${path}': it holds ${mib(bytes)}, expected at most ${mib(mostBytes)}: name a smaller folder`,
      exit.usage,
    );
  const folder = words([target]);
  const script = [
    'set -eu',
    `mkdir ${folder}`,
    `tar -x --no-same-owner -f - -C ${folder}`,
    `chown -hR ${owner.uid}:${owner.gid} ${folder}`,
    // what is changed from now on is the command's doing
    `touch ${words([`${target}.sent`])}`,
  ].join('\n');
  const remote = await stack.hosts.attach(stack.name, host, script, {
    tty: false,
    stdio: ['pipe', 'inherit', 'inherit'],
  });
  const local = spawn('tar', ['-c', '-f', '-', '-C', path, '.'], { stdio: ['ignore', 'pipe', 'inherit'] });
  if (remote.process.stdin) local.stdout?.pipe(remote.process.stdin);
  await both(local, remote, `'${path}' could not be sent`);
}

/** Brings back the files that were written since a folder was sent. */
export async function bring(stack: Stack, host: Host, source: string, path: string): Promise<void> {
  const script = [
    'set -eu -o pipefail',
    `cd ${words([source])}`,
    `find . -cnewer ${words([`${source}.sent`])} ! -type d -type f -print0 -o -cnewer ${words([`${source}.sent`])} -type l -print0 |`,
    '  tar -c -f - --null --no-recursion -T -',
  ].join('\n');
  const remote = await stack.hosts.attach(stack.name, host, script, {
    tty: false,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const local = spawn('tar', ['-x', '--no-same-owner', '-f', '-', '-C', path], {
    stdio: ['pipe', 'inherit', 'inherit'],
  });
  if (local.stdin) remote.process.stdout?.pipe(local.stdin);
  await both(local, remote, `what the command wrote could not be brought back to '${path}'`);
}

async function both(local: ChildProcess, remote: Attached, failure: string): Promise<void> {
  const done = new Promise<number | null>((resolve, reject) => {
    local.once('error', reject);
    local.once('close', resolve);
  });
  const [here, there] = await Promise.all([done, remote.ended]);
  if (here !== 0 || there !== 0) throw new CliError(failure, exit.notRun);
}

async function sizeOf(path: string): Promise<number> {
  let bytes = 0;
  for (const entry of await readdir(path, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    bytes += (await stat(join(entry.parentPath, entry.name))).size;
    if (bytes > 4 * mostBytes) break;
  }
  return bytes;
}
