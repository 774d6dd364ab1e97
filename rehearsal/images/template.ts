import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import { type CacheOptions, cached, contentOf } from '../vm/cache.ts';
import { account, buildRootfs } from '../vm/rootfs.ts';
import { run } from '../vm/run.ts';
import { startVm } from '../vm/vm.ts';
import { catalog, containerfile, type Image } from './catalog.ts';
import { buildLayer, layerPackages } from './layer.ts';

const base = 'localhost/cortex-base:1';

/**
 * The VM's template with the images of the five services and of the connector loaded into both engines. No
 * registry is needed, then or later. Built once for what is in it.
 */
export async function buildTemplate(options: CacheOptions = {}): Promise<string> {
  const say = options.onProgress ?? (() => {});
  const debian = await buildRootfs(options);
  const images = catalog();
  const what = [debian, images, layerPackages, contentOf(import.meta.dirname)];
  return cached('template', what, options, async (directory) => {
    say(`building ${images.length} images and loading them into Docker and Podman (once, about a minute)`);
    const vm = await startVm({
      id: 'template',
      directory: `${directory}.vm`,
      rootfs: debian,
      user: 'root',
      publicKey: '',
      dataDisks: [],
    });
    try {
      const work = join(vm.directory, 'root/var/tmp/images');
      mkdirSync(work, { recursive: true });
      await buildLayer(join(work, 'layer'));
      await run(['tar', '-C', join(work, 'layer'), '-cf', join(work, 'layer.tar'), '.']);
      rmSync(join(work, 'layer'), { recursive: true });
      writeFileSync(join(work, 'build'), buildScript(images));
      await vm.exec('sh -eu /var/tmp/images/build', { onLine: say });
      await vm.shutDown();
      rmSync(work, { recursive: true });
      anonymize(join(vm.directory, 'root'));
      await rename(join(vm.directory, 'root'), directory);
    } finally {
      await vm.destroy();
    }
  });
}

/** Shell, run in the VM as root: the account builds the images and keeps them; Docker gets copies. */
export function buildScript(images: Image[]): string {
  const podman = `runuser -u ${account} -- env HOME=/home/${account} XDG_RUNTIME_DIR=/run/user/1000 podman`;
  // a fixed time makes an image's id depend on what is in it, and on nothing else
  const build = (reference: string, content: string): string =>
    `cat >Containerfile <<'END'\n${content}END\n` +
    `${podman} build --quiet --layers --timestamp 1700000000 --tag ${reference} . >/dev/null`;
  return [
    `loginctl enable-linger ${account}`,
    'until [ -S /run/user/1000/bus ]; do sleep 0.1; done',
    'cd /var/tmp/images',
    `chown ${account}: .`,
    build(base, 'FROM scratch\nADD layer.tar /\nENV PATH=/usr/local/bin:/usr/bin:/bin\nWORKDIR /app\n'),
    ...images.map((image) => build(qualified(image.reference), containerfile(image, base))),
    `${podman} save --quiet --multi-image-archive --output all.tar ${images.map((image) => qualified(image.reference)).join(' ')}`,
    'docker load --quiet --input all.tar >/dev/null',
    `loginctl disable-linger ${account}`,
    '',
  ].join('\n');
}

/** The full name, as Docker understands a name without a registry; Podman would take it for its own. */
function qualified(reference: string): string {
  return `docker.io/${reference}`;
}

/** Removes what every VM has to have of its own. */
function anonymize(root: string): void {
  const own = ['var/lib/docker/engine-id', 'etc/docker/key.json', 'var/lib/systemd/random-seed'];
  const keys = readdirSync(join(root, 'etc/ssh')).filter((name) => name.startsWith('ssh_host_'));
  for (const path of [...own, 'var/log/journal', 'root/.ssh', ...keys.map((name) => `etc/ssh/${name}`)]) {
    rmSync(join(root, path), { recursive: true, force: true });
  }
}
