import type { Connection } from './args.ts';

/**
 * What went wrong with a host.
 * - `unreachable`: nothing is known of the host, least of all that it is gone
 * - `identity`: something answers there that is not the host that was pinned
 * - `replaced`: the host that was pinned answers, and is another machine: what was on the old one is gone
 * - `refused`: the host answered and does not let us in
 * - `failed`: a script ran and failed
 */
export type HostErrorKind = 'unreachable' | 'identity' | 'replaced' | 'refused' | 'failed' | 'cancelled';

export class HostError extends Error {
  readonly kind: HostErrorKind;
  constructor(kind: HostErrorKind, message: string) {
    super(message);
    this.name = 'HostError';
    this.kind = kind;
  }
}

/** What ssh itself said, told with the way on. */
export function hostProblem(connection: Connection, stderr: string, otherwise: string): HostError {
  const where = `${connection.user}@${connection.address} port ${connection.port}`;
  const said = stderr.trim().split('\n').at(-1)?.trim() || otherwise;
  if (/host key verification failed|host identification has changed/i.test(stderr)) {
    return new HostError(
      'identity',
      `host ${where} shows another host key than the one that is pinned: it was replaced, or somebody answers in its place. Nothing was changed. ` +
        'If the machine was replaced on purpose, see docs/recovery.md, "the host is another one".',
    );
  }
  if (/permission denied|too many authentication failures/i.test(stderr)) {
    return new HostError(
      'refused',
      `host ${where} does not let this user in: ${said}. Nothing was changed. ` +
        'Check cortex:host.user and cortex:host.identityFile, or that your ssh-agent holds the key.',
    );
  }
  return new HostError(
    'unreachable',
    `host ${where} cannot be reached: ${said}. Nothing was changed, and nothing is taken for gone. ` +
      'If it is only down, start it and run this again; if it is gone for good, see docs/recovery.md: ' +
      '`pulumi refresh --target` its VM, then `pulumi up --refresh=false`.',
  );
}

/** What `expect_machine` (host/lib.sh) ends with, and nothing else. */
const anotherMachine = 78;

/** What a script of ours said before it failed. */
export function remoteProblem(connection: Connection, code: number, stderr: string): HostError {
  const lines = stderr.split('\n').filter((line) => line.trim() !== '');
  const logs = pick(lines, 'containerhost-log: ');
  const told = pick(lines, 'containerhost: ');
  const other = lines.filter((line) => !line.startsWith('containerhost'));
  if (told.length === 0 && /sudo: .*password|not in the sudoers/i.test(stderr)) {
    return new HostError(
      'refused',
      `user ${connection.user} may not run commands as root on ${connection.address}: ${other.at(-1)}. Give the user passwordless sudo.`,
    );
  }
  const reason = told.length > 0 ? told.join('\n') : `a script ended with ${code}`;
  const shown = logs.length > 0 ? ['its last log lines:', ...logs.map((line) => `  ${line}`)] : [];
  const kind = code === anotherMachine ? 'replaced' : 'failed';
  return new HostError(kind, [reason, ...other.slice(-10), ...shown].join('\n'));
}

function pick(lines: string[], prefix: string): string[] {
  return lines.filter((line) => line.startsWith(prefix)).map((line) => line.slice(prefix.length));
}
