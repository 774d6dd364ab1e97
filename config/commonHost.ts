import { defaulted, optional, text } from './read.ts';

/** What hosts of every kind have. */
export interface CommonHost {
  /** who ssh logs in as: root, or somebody with sudo that asks for no password */
  user: string;
  /** the operator's private key; without it, the agent's and ssh's default keys */
  identityFile?: string;
  /** the rootless account that Podman's containers run under; never `user`, who may become root */
  account: string;
}

export const userName = text({
  what: 'a user name',
  example: 'deploy',
  pattern: /^[a-z_][-a-z0-9_.]{0,31}$/,
});
const file = text({ what: 'a file on the machine that runs pulumi', example: '~/.ssh/id_ed25519' });
export const sshKey = (what: string) =>
  text({
    what,
    example: 'ssh-ed25519 AAAA...',
    pattern: /^(sk-)?(ssh|ecdsa)-[\w@.-]+ [A-Za-z0-9+/]{40,}={0,3}( .*)?$/,
  });

export const commonFields = {
  identityFile: optional(file),
  account: defaulted(userName, 'cortex'),
};
