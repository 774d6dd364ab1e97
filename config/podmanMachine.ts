import { commonFields, sshKey } from './commonHost.ts';
import { defaulted, fields, type Read, required, text, word } from './read.ts';

/** A machine that Podman runs on a laptop. Podman knows how to reach it. */
export interface PodmanMachineHost {
  kind: 'podman-machine';
  /** its name, as `podman machine list` prints it */
  machine: string;
  /** the machine's own key, pinned */
  hostKey: string;
  /** the rootless account that Podman's containers run under */
  account: string;
}

const itsOwn = 'Podman says it: podman machine inspect';

export const readPodmanMachine: Read<PodmanMachineHost> = fields<PodmanMachineHost>(
  {
    kind: required(word(['podman-machine'])),
    account: commonFields.account,
    machine: defaulted(
      text({ what: 'a Podman machine', example: '97layerOS', pattern: /^[A-Za-z0-9][A-Za-z0-9_.-]*$/ }),
      'podman-machine-default',
    ),
    hostKey: required(
      sshKey('the machine’s public key: podman machine ssh NAME cat /etc/ssh/ssh_host_ed25519_key.pub'),
    ),
  },
  Object.fromEntries(
    ['user', 'address', 'port', 'identityFile', 'proxyCommand'].map((name) => [name, itsOwn]),
  ),
);
