import { subordinateIds } from '../runtimes/runtime.ts';
import type { RuntimeName } from '../spec/service.ts';
import { mib } from '../spec/size.ts';
import type { Finding } from './finding.ts';
import type { HostProbe } from './probe.ts';

/** The least that was tried: components/host/setup.sh installs no less. */
const leastVersions: Record<RuntimeName | 'every', Record<string, number>> = {
  every: { haproxy: 3, systemd: 257 },
  docker: { docker: 20, compose: 2 },
  podman: { podman: 5 },
};

/** Less than this, and logs alone may fill a disk within a deployment. */
const leastFreeBytes = 256 * 2 ** 20;
const littleFreeBytes = 2 ** 30;

/** What the host itself lacks for services on this runtime. `account` is that of rootless containers. */
export function hostFindings(runtime: RuntimeName, account: string, probe: HostProbe): Finding[] {
  return [
    ...versionFindings(runtime, probe),
    ...(runtime === 'podman' ? accountFindings(account, probe) : []),
    ...diskFindings(probe),
  ];
}

function versionFindings(runtime: RuntimeName, { versions }: HostProbe): Finding[] {
  return Object.entries({ ...leastVersions.every, ...leastVersions[runtime] }).flatMap(([name, least]) => {
    const version = versions[name];
    if (version !== undefined && Number.parseInt(version, 10) >= least) return [];
    return [
      {
        severity: 'refusal',
        where: 'host',
        found: version === undefined ? `${name} does not answer` : `${name} is ${version}`,
        fix: `It must be ${least} or later, and run: pulumi up sets a host up, and systemctl status says why it does not run`,
      } as const,
    ];
  });
}

function accountFindings(account: string, { linger, subordinateIds: { uids, gids } }: HostProbe): Finding[] {
  const found: Finding[] = [];
  if (!linger) {
    found.push({
      severity: 'refusal',
      where: 'host',
      found: `account ${account} has no linger: its containers would end with its last login`,
      fix: `Run on the host: loginctl enable-linger ${account}`,
    });
  }
  if (Math.min(uids, gids) < subordinateIds) {
    found.push({
      severity: 'refusal',
      where: 'host',
      found: `account ${account} has ${uids} subordinate uids and ${gids} gids, and ${subordinateIds} are needed`,
      fix: `Give it more on the host: usermod --add-subuids FIRST-LAST --add-subgids FIRST-LAST ${account}`,
    });
  }
  return found;
}

function diskFindings({ disks }: HostProbe): Finding[] {
  return disks
    .filter(({ free }) => free < littleFreeBytes)
    .map(({ what, folder, free }) => ({
      severity: free < leastFreeBytes ? 'refusal' : 'warning',
      where: 'host',
      found: `${mib(free)} are free for ${what} (${folder})`,
      fix: 'Make room: docker system df, podman system df and journalctl --disk-usage say what takes it',
    }));
}

/** A service that is about to run twice: its old instance and its new one. */
export interface Twice {
  service: string;
  /** the instance that serves; undefined where none does */
  serving: string | undefined;
  limitBytes: number | null;
}

/** Whether the host has memory for the new instances beside the old ones. */
export function memoryFindings(twice: readonly Twice[], probe: HostProbe): Finding[] {
  // What the old one holds now tells best; a limit only says what it may grow to.
  const needs = twice.map(({ service, serving, limitBytes }) => ({
    service,
    bytes: (serving === undefined ? undefined : probe.memory[serving]) ?? limitBytes ?? 0,
  }));
  const sum = needs.reduce((total, { bytes }) => total + bytes, 0);
  if (sum <= probe.memoryAvailable) return [];
  const largest = needs.toSorted((a, b) => b.bytes - a.bytes)[0]?.service ?? '';
  return [
    {
      severity: 'refusal',
      where: `services.${largest}.deploy.update_config.order`,
      found:
        `old and new instances of ${needs.map(({ service }) => service).join(', ')} need ${mib(sum)} more at the same time, ` +
        `and the host has ${mib(probe.memoryAvailable)}`,
      fix: `Let the largest stop first (order: stop-first, its requests are held meanwhile), move fewer services at once, or give the host more memory`,
    },
  ];
}
