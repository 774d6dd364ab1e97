import { createHash, randomBytes } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
} from 'node:fs';
import { homedir } from 'node:os';
import { basename, join } from 'node:path';
import { withLock } from './lock.ts';
import { debianMirror } from './mirror.ts';
import { guestPackages, release } from './packages.ts';
import { run } from './run.ts';

export interface RootfsOptions {
  /** where templates are kept between runs */
  cache?: string;
  onProgress?: (line: string) => void;
}

/** `~/.cache/cortex-rehearsal`, or where XDG_CACHE_HOME says. */
export function defaultCache(): string {
  return join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'cortex-rehearsal');
}

/** A Debian system with the engines installed: what `startVm` copies. Built once for what is in here. */
export async function buildRootfs(options: RootfsOptions = {}): Promise<string> {
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

/** Installs Debian packages, with what they depend on, into an empty directory. */
export async function installPackages(args: InstallArgs): Promise<void> {
  const mirror = await debianMirror();
  await run(
    [
      'mmdebstrap',
      `--variant=${args.variant}`,
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

/**
 * The directory `<cache>/<name>-<hash of what>`, built by `build` unless it is there. It appears whole or not
 * at all; a second process that wants it waits for the first.
 */
export async function cached(
  name: string,
  what: unknown,
  options: RootfsOptions,
  build: (directory: string) => Promise<void>,
): Promise<string> {
  const cache = options.cache ?? defaultCache();
  const key = createHash('sha256').update(JSON.stringify(what)).digest('hex').slice(0, 16);
  const result = join(cache, `${name}-${key}`);
  mkdirSync(cache, { recursive: true });
  await withLock(
    join(cache, `${name}.lock`),
    async () => {
      if (!existsSync(result)) {
        await discard(cache, name);
        const temporary = join(cache, `.${name}-${randomBytes(4).toString('hex')}`);
        await build(temporary);
        renameSync(temporary, result);
      }
      utimesSync(result, new Date(), new Date());
    },
    () => options.onProgress?.(`waiting for another process that is building ${result}`),
  );
  return result;
}

const weekMs = 7 * 24 * 3600 * 1000;

/** Removes what a killed build left, and what nobody used for a week. */
async function discard(cache: string, name: string): Promise<void> {
  for (const entry of readdirSync(cache)) {
    const path = join(cache, entry);
    const old = entry.startsWith(`${name}-`) && statSync(path).mtimeMs < Date.now() - weekMs;
    if (old || entry.startsWith(`.${name}-`)) await run(['rm', '-rf', '--one-file-system', path]);
  }
}

/** Every file at or below `path`, by name and content. */
export function contentOf(path: string): Record<string, string> {
  if (!statSync(path).isDirectory()) return { [basename(path)]: readFileSync(path, 'utf8') };
  const files: Record<string, string> = {};
  for (const name of readdirSync(path).sort()) {
    for (const [file, content] of Object.entries(contentOf(join(path, name)))) {
      files[`${basename(path)}/${file}`] = content;
    }
  }
  return files;
}
