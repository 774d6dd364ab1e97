/** How to get to a host over SSH. Who it must be there is apart: the host key. */
export interface Connection {
  /** what ssh connects to, or hands to `proxyCommand` as %h; also the name that the pinned key stands under */
  address: string;
  port: number;
  user: string;
  /** private key on the operator's machine; without it ssh offers the agent's and its default keys */
  identityFile?: string;
  /** a command whose stdin and stdout reach the host's SSH port; ssh expands %h, %p and %r */
  proxyCommand?: string;
}

export interface SshFiles {
  /** holds the pinned key, as `knownHosts` writes it; ssh expands `${VARIABLE}` and `~` */
  knownHostsFile: string;
  /** socket of a connection that several commands share */
  controlPath?: string;
}

/** Seconds an idle shared connection stays open: long enough to read a preview and say yes. */
const sharedForSeconds = 60;

/**
 * The arguments of `ssh` up to and including the address; a remote command may follow. An `-o` before them
 * goes first: ssh takes the first value that it finds of an option. The user's own ssh configuration is still read (agents, jump hosts), but nothing in it can loosen the pinned key.
 */
export function sshArgs(connection: Connection, files: SshFiles): string[] {
  const options: Record<string, string> = {
    User: connection.user,
    Port: `${connection.port}`,
    BatchMode: 'yes',
    StrictHostKeyChecking: 'yes',
    UserKnownHostsFile: quoted(files.knownHostsFile),
    GlobalKnownHostsFile: '/dev/null',
    HostKeyAlias: connection.address,
    UpdateHostKeys: 'no',
    // a key from DNS would be a second way to be trusted
    VerifyHostKeyDNS: 'no',
    KnownHostsCommand: 'none',
    ConnectTimeout: '10',
    ServerAliveInterval: '15',
    ServerAliveCountMax: '4',
    ForwardAgent: 'no',
    ClearAllForwardings: 'yes',
    LogLevel: 'ERROR',
    ...(files.controlPath
      ? {
          ControlMaster: 'auto',
          ControlPath: quoted(files.controlPath),
          ControlPersist: `${sharedForSeconds}`,
        }
      : { ControlMaster: 'no', ControlPath: 'none' }),
    ...(connection.identityFile && {
      IdentityFile: quoted(connection.identityFile),
      IdentitiesOnly: 'yes',
    }),
    ...(connection.proxyCommand && { ProxyCommand: connection.proxyCommand }),
  };
  const flags = Object.entries(options).flatMap(([key, value]) => ['-o', `${key}=${value}`]);
  return ['-T', ...flags, '--', connection.address];
}

/** The known-hosts file that `sshArgs` checks against: one key, under the connection's address. */
export function knownHosts(connection: Connection, hostKey: string): string {
  return `${connection.address} ${hostKey}\n`;
}

/** ssh splits file names at spaces unless they are quoted. */
function quoted(path: string): string {
  return /\s/.test(path) ? `"${path}"` : path;
}
