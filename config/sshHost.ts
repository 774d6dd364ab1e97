import { type CommonHost, commonFields, sshKey, userName } from './commonHost.ts';
import { defaulted, fields, integer, optional, type Read, required, text, word } from './read.ts';

/** A machine that exists. */
export interface SshHost extends CommonHost {
  kind: 'ssh';
  address: string;
  port: number;
  proxyCommand?: string;
  /** the machine's own key, pinned */
  hostKey: string;
}

const gcpOnly = [
  'login',
  'publicKey',
  'operators',
  'project',
  'zone',
  'machineType',
  'bootDiskGb',
  'dataDiskGb',
  'egress',
  'snapshotDays',
  'deletionProtection',
];

export const readSshHost: Read<SshHost> = fields<SshHost>(
  {
    kind: required(word(['ssh'])),
    ...commonFields,
    user: required(userName),
    address: required(
      text({ what: 'a host name or an IP address', example: '203.0.113.7', pattern: /^[\w:][\w.:-]*$/ }),
    ),
    port: defaulted(integer({ what: 'a TCP port', min: 1, max: 65535, example: 22 }), 22),
    proxyCommand: optional(text({ what: 'a command for ssh’s ProxyCommand', example: 'ssh -W %h:%p jump' })),
    hostKey: required(sshKey('the host’s public key, from its /etc/ssh/ssh_host_ed25519_key.pub')),
  },
  Object.fromEntries(
    gcpOnly.map((name) => [
      name,
      "it belongs to host.kind 'gcp'; a machine that exists is not made by this stack",
    ]),
  ),
);
