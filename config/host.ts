import { type Problem, setCommand, show } from './problem.ts';
import { defaulted, fields, integer, isObject, optional, type Read, required, text, word } from './read.ts';

export const hostKinds = ['gcp', 'ssh'] as const;

interface CommonHost {
  /** who ssh logs in as: root, or somebody with sudo that asks for no password */
  user: string;
  /** the operator's private key; without it, the agent's and ssh's default keys */
  identityFile?: string;
  /** the rootless account that Podman's containers run under; never `user`, who may become root */
  account: string;
}

/** A VM that the stack makes on Google Cloud. */
export interface GcpHost extends CommonHost {
  kind: 'gcp';
  /** put on the VM for `user` */
  publicKey: string;
  project: string;
  zone: string;
  machineType: string;
  bootDiskGb: number;
  dataDiskGb: number;
}

/** A machine that exists. */
export interface SshHost extends CommonHost {
  kind: 'ssh';
  address: string;
  port: number;
  proxyCommand?: string;
  /** the machine's own key, pinned */
  hostKey: string;
}

export type HostConfig = GcpHost | SshHost;

const kind = word(hostKinds);
const userName = text({ what: 'a user name', example: 'deploy', pattern: /^[a-z_][-a-z0-9_.]{0,31}$/ });
const file = text({ what: 'a file on the machine that runs pulumi', example: '~/.ssh/id_ed25519' });
const sshKey = (what: string) =>
  text({
    what,
    example: 'ssh-ed25519 AAAA...',
    pattern: /^(sk-)?(ssh|ecdsa)-[\w@.-]+ [A-Za-z0-9+/]{40,}={0,3}( .*)?$/,
  });

const common = {
  kind: required(kind),
  identityFile: optional(file),
  account: defaulted(userName, 'cortex'),
};

const gcp = fields<GcpHost>(
  {
    ...common,
    kind: required(kind as Read<'gcp'>),
    // not "operator", say: Debian has a group of that name, and no account can be made beside it
    user: defaulted(userName, 'deploy'),
    publicKey: required(sshKey('the public half of the operator’s SSH key')),
    project: required(
      text({
        what: 'the ID of a Google Cloud project',
        example: 'my-project',
        pattern: /^[a-z][-a-z0-9]{4,28}[a-z0-9]$/,
      }),
    ),
    zone: required(
      text({
        what: 'a zone of Google Cloud',
        example: 'europe-west1-b',
        pattern: /^[a-z]+-[a-z]+\d+-[a-z]$/,
      }),
    ),
    machineType: defaulted(
      text({
        what: 'a machine type of Google Cloud',
        example: 'e2-medium',
        pattern: /^[a-z]\w*-[a-z0-9-]+$/,
      }),
      'e2-medium',
    ),
    bootDiskGb: defaulted(integer({ what: 'a size in GB', min: 10, max: 2000, example: 20 }), 20),
    dataDiskGb: defaulted(integer({ what: 'a size in GB', min: 10, max: 65536, example: 20 }), 20),
  },
  Object.fromEntries(
    ['address', 'port', 'proxyCommand', 'hostKey'].map((name) => [
      name,
      "it belongs to host.kind 'ssh'; a VM on Google Cloud is reached through IAP, and tells its own key",
    ]),
  ),
);

const ssh = fields<SshHost>(
  {
    ...common,
    kind: required(kind as Read<'ssh'>),
    user: required(userName),
    address: required(
      text({ what: 'a host name or an IP address', example: '203.0.113.7', pattern: /^[\w:][\w.:-]*$/ }),
    ),
    port: defaulted(integer({ what: 'a TCP port', min: 1, max: 65535, example: 22 }), 22),
    proxyCommand: optional(text({ what: 'a command for ssh’s ProxyCommand', example: 'ssh -W %h:%p jump' })),
    hostKey: required(sshKey('the host’s public key, from its /etc/ssh/ssh_host_ed25519_key.pub')),
  },
  Object.fromEntries(
    ['publicKey', 'project', 'zone', 'machineType', 'bootDiskGb', 'dataDiskGb'].map((name) => [
      name,
      "it belongs to host.kind 'gcp'; a machine that exists is not made by this stack",
    ]),
  ),
);

/** Which keys `cortex:host` may hold follows from its `kind`. */
export const readHost: Read<HostConfig> = (value, key, problems) => {
  if (isObject(value) && value.kind === 'gcp') return distinct(gcp(value, key, problems), key, problems);
  if (isObject(value) && value.kind === 'ssh') return distinct(ssh(value, key, problems), key, problems);
  kind(isObject(value) ? value.kind : undefined, `${key}.kind`, problems);
  return undefined;
};

/** The containers' account must not be one that may become root. */
function distinct<T extends HostConfig>(
  host: T | undefined,
  key: string,
  problems: Problem[],
): T | undefined {
  if (host?.account && host.account === host.user)
    problems.push({
      key: `${key}.account`,
      found: show(host.account),
      expected: `an account other than ${key}.user, who may become root`,
      fix: setCommand(`${key}.account`, 'cortex'),
    });
  return host;
}
