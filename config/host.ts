import { type GcpHost, readGcpHost } from './gcpHost.ts';
import { type PodmanMachineHost, readPodmanMachine } from './podmanMachine.ts';
import { type Problem, setCommand, show } from './problem.ts';
import { isObject, type Read, word } from './read.ts';
import { readSshHost, type SshHost } from './sshHost.ts';

export const hostKinds = ['gcp', 'ssh', 'podman-machine'] as const;
export type HostConfig = GcpHost | SshHost | PodmanMachineHost;

const kind = word(hostKinds);

/** Which keys `cortex:host` may hold follows from its `kind`. */
export const readHost: Read<HostConfig> = (value, key, problems) => {
  if (isObject(value) && value.kind === 'gcp')
    return distinct(readGcpHost(value, key, problems), key, problems);
  if (isObject(value) && value.kind === 'ssh')
    return distinct(readSshHost(value, key, problems), key, problems);
  if (isObject(value) && value.kind === 'podman-machine') return readPodmanMachine(value, key, problems);
  kind(isObject(value) ? value.kind : undefined, `${key}.kind`, problems);
  return undefined;
};

/** The containers' account must not be one that may become root. */
function distinct<T extends GcpHost | SshHost>(
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
