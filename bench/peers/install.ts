import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { cached } from '../../toolchain/cache.ts';
import { ensurePackages } from '../../toolchain/debian.ts';
import { type Log, step } from '../../toolchain/progress.ts';
import { run } from '../../toolchain/run.ts';
import { read } from '../hostFiles.ts';

/** Folders with Python packages: of this machine's Python for Ansible, of the VM's for podman-compose. */
export interface Installed {
  ansible: string;
  podmanCompose: string;
}

/** Debian 13's, which the VM is made of. */
const guestPython = '3.13';

const pins = ['ansible.txt', 'collections.txt', 'podman-compose.txt'];

/** Of the distribution's hundred collections those that are used, and what they need. */
const collections = ['community/docker', 'community/library_inventory_filtering_v1', 'containers/podman'].map(
  (name) => `ansible_collections/${name}/`,
);

const unpack =
  'import sys, zipfile\n' +
  'with zipfile.ZipFile(sys.argv[1]) as wheel:\n' +
  '    wheel.extractall(sys.argv[2], [n for n in wheel.namelist() if n.startswith(tuple(sys.argv[3:]))])';

/** Fetches the peers with this machine's pip, once for what is pinned beside this file. */
export async function installPeers(log: Log): Promise<Installed> {
  await ensurePython(log);
  const version = (await run('python3', ['--version'])).trim();
  const what = [version, process.arch, ...pins.map((file) => read('peers', file))].join('\n');
  const hash = createHash('sha256').update(what).digest('hex').slice(0, 16);
  const directory = await cached(`peers-${hash}`, log, (empty) => fill(empty, log));
  return { ansible: join(directory, 'ansible'), podmanCompose: join(directory, 'podman-compose') };
}

async function fill(directory: string, log: Log): Promise<void> {
  await step(log, 'fetching Ansible and podman-compose (once, about a minute)', async ({ note }) => {
    const at = (name: string) => join(directory, name);
    const pinned = (file: string) => ['--requirement', join(import.meta.dirname, file)];
    const pip = (verb: string, ...args: string[]) =>
      run('python3', ['-m', 'pip', verb, '--quiet', '--no-deps', '--only-binary=:all:', ...args], {
        // it goes to a folder of its own, whoever runs it
        env: { ...process.env, PIP_ROOT_USER_ACTION: 'ignore', PIP_DISABLE_PIP_VERSION_CHECK: '1' },
        onLine: note,
      });
    await pip('install', '--target', at('ansible'), ...pinned('ansible.txt'));
    const guest = ['--python-version', guestPython, '--implementation', 'cp', '--platform', platform()];
    await pip('install', ...guest, '--target', at('podman-compose'), ...pinned('podman-compose.txt'));
    mkdirSync(at('wheel'));
    await pip('download', '--dest', at('wheel'), ...pinned('collections.txt'));
    const [wheel = ''] = readdirSync(at('wheel'));
    await run('python3', ['-c', unpack, join(at('wheel'), wheel), at('ansible'), ...collections]);
    rmSync(at('wheel'), { recursive: true });
    // as an ordinary installation has it
    await run('python3', ['-m', 'compileall', '-q', join(at('ansible'), 'ansible_collections')]);
  });
}

function platform(): string {
  return `manylinux2014_${process.arch === 'arm64' ? 'aarch64' : 'x86_64'}`;
}

async function ensurePython(log: Log): Promise<void> {
  try {
    await run('python3', ['-m', 'pip', '--version']);
  } catch {
    await ensurePackages(['python3', 'python3-pip'], log);
  }
}
