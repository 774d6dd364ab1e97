import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Connection, knownHosts, sshArgs } from '../../provider/ssh/args.ts';

/** A file of this folder. */
export function script(name: string): string {
  return readFileSync(join(import.meta.dirname, name), 'utf8');
}

/** Values for a script, as assignments that a shell reads: nothing in a value is ever expanded. */
export function assignments(values: Record<string, string>): string {
  return Object.entries(values)
    .map(([name, value]) => `${name}=${singleQuoted(value)}\n`)
    .join('');
}

/**
 * Runs the script in the environment variable `script`. A command that fails is printed whole: a short one
 * leaves the reader with what went wrong.
 */
export const runScript = 'sh -c "$script"';

/** The same for a script of `onHost`, which waits that many seconds for a host that does not answer. */
export function runOnHost(deadlineSeconds: number): string {
  return `deadline=${deadlineSeconds} ${runScript}`;
}

/** A script for the operator's machine that runs the script on its stdin on the host, as root. */
export function onHost(connection: Connection, hostKey: string): string {
  const args = sshArgs(connection, { knownHostsFile: '${CONTAINERHOST_KNOWN_HOSTS}' });
  return [
    `set -- ${args.map(singleQuoted).join(' ')}\n`,
    assignments({
      known_hosts: knownHosts(connection, hostKey),
      user: connection.user,
      by_hand: sshCommand(connection),
    }),
    script('run.sh'),
  ].join('');
}

/** How a person gets in. */
export function sshCommand(connection: Connection): string {
  const words = [
    'ssh',
    ...(connection.identityFile ? ['-i', connection.identityFile] : []),
    ...(connection.proxyCommand ? ['-o', `ProxyCommand=${connection.proxyCommand}`] : []),
    ...(connection.port === 22 ? [] : ['-p', `${connection.port}`]),
    `${connection.user}@${connection.address}`,
  ];
  return words.map((word) => (/^[\w@%+=:,./~-]+$/.test(word) ? word : singleQuoted(word))).join(' ');
}

function singleQuoted(value: string): string {
  return `'${value.replaceAll("'", `'\\''`)}'`;
}
