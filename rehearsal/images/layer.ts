import { chmodSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { excluded, installPackages } from '../vm/rootfs.ts';
import { run } from '../vm/run.ts';

/** Python and a shell: nothing else is in the images. */
export const layerPackages = ['base-files', 'libc6', 'dash', 'coreutils', 'python3', 'python3-yaml'];

const stdlib = '/usr/lib/python3.*';

/** What no service imports. */
const unused = [
  ...excluded,
  '/usr/share/zoneinfo/*',
  '/usr/share/perl5/*',
  '/usr/lib/x86_64-linux-gnu/gconv/*',
  '/usr/lib/x86_64-linux-gnu/perl*',
  ...['test', 'pydoc_data', 'idlelib', 'unittest', 'ensurepip', '_pyrepl', 'tkinter'].map(
    (name) => `${stdlib}/${name}/*`,
  ),
];

const users = [
  { name: 'root', uid: 0, home: '/root' },
  { name: 'cortex', uid: 1000, home: '/app' },
  { name: 'nonroot', uid: 65532, home: '/' },
];

/** Makes the one layer of all images, as a directory: Debian's Python and the two packages beside this file. */
export async function buildLayer(directory: string): Promise<void> {
  await installPackages({
    root: directory,
    variant: 'extract', // unpacked and not configured: dpkg and its tools stay outside
    packages: layerPackages,
    excluded: unused,
  });
  for (const name of ['var/lib/dpkg', 'var/cache', 'etc/apt', 'boot']) {
    rmSync(join(directory, name), { recursive: true, force: true });
  }
  const put = (path: string, lines: string[], mode = 0o644): void => {
    writeFileSync(join(directory, path), lines.map((line) => `${line}\n`).join(''));
    chmodSync(join(directory, path), mode);
  };
  put(
    'etc/passwd',
    users.map(({ name, uid, home }) => `${name}:x:${uid}:${uid}::${home}:/bin/sh`),
  );
  put(
    'etc/group',
    users.map(({ name, uid }) => `${name}:x:${uid}:`),
  );
  symlinkSync('python3', join(directory, 'usr/bin/python'));
  put('usr/bin/cloudflared', ['#!/bin/sh', 'exec python3 -m cloudflared "$@"'], 0o755);
  mkdirSync(join(directory, 'app'));
  const packages = join(directory, 'usr/lib/python3/dist-packages');
  await run([
    'cp',
    '-r',
    ...['cortex', 'cloudflared'].map((name) => join(import.meta.dirname, 'python', name)),
    packages,
  ]);
  await run(['rm', '-rf', ...['cortex', 'cloudflared'].map((name) => join(packages, name, '__pycache__'))]);
  // byte code of what the services import, and of nothing else: the images are read-only when they run
  const imports =
    'import cortex.service, cortex.ledger, cortex.health, cloudflared.connector, cloudflared.ready';
  await run(['chroot', directory, 'python3', '-c', `import runpy, argparse, encodings.idna; ${imports}`]);
}
