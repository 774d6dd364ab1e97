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
 * A command for the operator's machine that runs the script on its stdin on the host, as root.
 * `deadlineSeconds` is how long it waits for a host that does not answer.
 */
export function onHost(connection: Connection, hostKey: string, deadlineSeconds: number): string {
  const args = sshArgs(connection, { knownHostsFile: '${CONTAINERHOST_KNOWN_HOSTS}' });
  return [
    `set -- ${args.map(singleQuoted).join(' ')}\n`,
    assignments({
      known_hosts: knownHosts(connection, hostKey),
      user: connection.user,
      by_hand: sshCommand(connection),
      deadline: `${deadlineSeconds}`,
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
