import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { type CacheOptions, cached, contentOf } from './cache.ts';
import { aptTransport, debianMirror } from './mirror.ts';
import { guestPackages, release } from './packages.ts';
import { run } from './run.ts';

/** A Debian system with the engines installed: what `startVm` copies. Built once for what is in here. */
export async function buildRootfs(options: CacheOptions = {}): Promise<string> {
  const say = options.onProgress ?? (() => {});
  return cached(
    'debian',
    [release, guestPackages, contentOf(import.meta.filename), contentOf(guest)],
    options,
    async (directory) => {
      say(`downloading and installing Debian ${release} with Docker and Podman (once, about a minute)`);
      await installPackages({
        root: directory,
        variant: 'minbase',
        packages: guestPackages,
        excluded,
        onProgress: say,
      });
      await configure(directory);
    },
  );
}

const guest = join(import.meta.dirname, 'guest');

/** Rootless Podman runs as this account. It is in the template because it owns the images loaded there. */
export const account = 'cortex';

/** Documentation and translations, which nobody reads in there: a third of the size, and of the copying. */
export const excluded = ['/usr/share/doc/*', '/usr/share/man/*', '/usr/share/info/*', '/usr/share/locale/*'];

export interface InstallArgs {
  root: string;
  /** mmdebstrap's: `minbase` is a small system, `extract` the packages alone, unpacked */
  variant: 'minbase' | 'extract';
  packages: string[];
  /** patterns of paths that are left out */
  excluded: string[];
  onProgress?: (line: string) => void;
}

/**
 * Runs a command in namespaces of its own, so that however it or this process ends, all its processes end too
 * and what they had mounted is gone. A half-removed build with this machine's devices in it would be a danger.
 */
const together = [
  ...['setpriv', '--pdeathsig', 'KILL'],
  ...['unshare', '--mount', '--pid', '--fork', '--kill-child', '--mount-proc'],
];

/** Installs Debian packages, with what they depend on, into an empty directory. */
export async function installPackages(args: InstallArgs): Promise<void> {
  const mirror = await debianMirror();
  await run(
    [
      ...together,
      'mmdebstrap',
      `--variant=${args.variant}`,
      ...(await aptTransport()).map((setting) => `--aptopt=${setting}`),
      ...args.excluded.map((path) => `--dpkgopt=path-exclude=${path}`),
      `--include=${args.packages.join(',')}`,
      release,
      args.root,
      mirror,
    ],
    {
      onLine: (line) => {
        const step = /^I: (.*)/.exec(line)?.[1];
        if (step) args.onProgress?.(step);
      },
    },
  );
}

async function configure(root: string): Promise<void> {
  await run(['cp', '-r', `${guest}/.`, root]);
  await run(['chroot', root, 'useradd', '--uid', '1000', '--create-home', '--shell', '/bin/bash', account]);
  const systemctl = ['systemctl', `--root=${root}`, '--quiet'];
  await run([...systemctl, 'enable', 'systemd-networkd.service']);
  await run([
    ...systemctl,
    'mask',
    'systemd-modules-load.service', // the kernel is this machine's
    'apt-daily.timer', // nothing may move by itself during a rehearsal
    'apt-daily-upgrade.timer',
    'e2scrub_all.timer',
    'fstrim.timer',
  ]);
  for (const name of readdirSync(join(root, 'etc/ssh'))) {
    if (name.startsWith('ssh_host_')) rmSync(join(root, 'etc/ssh', name));
  }
}
