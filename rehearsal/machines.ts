import { existsSync, readdirSync, rmSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { DiskHooks, VmHooks, VmRequest } from './clouds/hooks.ts';
import { openVm, startVm, type Vm } from './vm/vm.ts';

/** The machines and disks of a rehearsal: real ones, below its folder. */
export class Machines {
  readonly #directory: string;
  readonly #rootfs: string;

  constructor(directory: string, rootfs: string) {
    this.#directory = directory;
    this.#rootfs = rootfs;
  }

  /** @throws when there is no machine of this name */
  vm(name: string): Vm {
    return openVm(this.#vmDirectory(name));
  }

  /** Every machine, also of a stack that was not destroyed. */
  async destroyAll(): Promise<void> {
    const directory = join(this.#directory, 'vms');
    for (const name of existsSync(directory) ? readdirSync(directory) : []) await this.vms.destroy(name);
  }

  vms: VmHooks = {
    create: async (request) => {
      const { user, publicKey } = login(request);
      const vm = await startVm({
        id: request.name,
        directory: this.#vmDirectory(request.name),
        rootfs: this.#rootfs,
        user,
        publicKey,
        dataDisks: request.attachedDisks.map(({ name, deviceName, sizeGb }) => ({
          deviceName,
          file: this.#diskFile(name),
          sizeBytes: sizeGb * 2 ** 30,
        })),
      });
      return { networkIp: vm.address };
    },
    exists: async (name) => existsSync(join(this.#vmDirectory(name), 'vm.json')),
    // Metadata, tags and types of a running machine change nothing that a rehearsal shows.
    update: async () => {},
    destroy: async (name) => {
      if (await this.vms.exists(name)) await this.vm(name).destroy();
    },
  };

  disks: DiskHooks = {
    create: async ({ name, sizeGb }) => {
      await mkdir(join(this.#directory, 'disks'), { recursive: true });
      await writeFile(`${this.#diskFile(name)}.json`, JSON.stringify({ sizeGb }));
    },
    exists: async (name) => existsSync(`${this.#diskFile(name)}.json`),
    resize: async ({ name, sizeGb }) => {
      const now = JSON.parse(await readFile(`${this.#diskFile(name)}.json`, 'utf8')) as { sizeGb: number };
      await writeFile(
        `${this.#diskFile(name)}.json`,
        JSON.stringify({ sizeGb: Math.max(now.sizeGb, sizeGb) }),
      );
    },
    destroy: async (name) => {
      for (const file of [this.#diskFile(name), `${this.#diskFile(name)}.json`])
        rmSync(file, { force: true });
    },
  };

  #vmDirectory(name: string): string {
    return join(this.#directory, 'vms', name);
  }

  #diskFile(name: string): string {
    return join(this.#directory, 'disks', name);
  }
}

/** Who may log in, as Google's guest agent reads it: `ssh-keys` has lines of `<user>:<public key>`. */
function login({ name, metadata }: VmRequest): { user: string; publicKey: string } {
  const line = metadata['ssh-keys']?.split('\n')[0] ?? '';
  const colon = line.indexOf(':');
  if (colon < 1)
    throw new Error(`machine ${name}: metadata "ssh-keys" is "${line}", expected <user>:<public key>`);
  return { user: line.slice(0, colon), publicKey: line.slice(colon + 1) };
}
