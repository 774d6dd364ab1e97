import { existsSync, mkdirSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { run } from './run.ts';

/** A disk of its own life: it keeps its data when the VM is destroyed, and can be given to the next one. */
export interface DataDisk {
  /** the VM finds it as `/dev/disk/by-id/google-<deviceName>` */
  deviceName: string;
  /** sparse file that holds it; created when it is not there, removed by whoever owns the disk */
  file: string;
  sizeBytes: number;
}

/** Makes the disk a block device of this machine and returns its path. */
export async function attachDisk(disk: DataDisk): Promise<string> {
  if (!existsSync(disk.file)) {
    mkdirSync(dirname(disk.file), { recursive: true });
    writeFileSync(disk.file, '', { mode: 0o600 });
  }
  const attached = await devicesOf(disk);
  if (attached[0] !== undefined) return attached[0];
  if (statSync(disk.file).size < disk.sizeBytes) truncateSync(disk.file, disk.sizeBytes);
  return (await run(['losetup', '--find', '--show', disk.file])).trim();
}

/** Takes the disk from this machine. Its file stays. */
export async function detachDisk(disk: DataDisk): Promise<void> {
  if (!existsSync(disk.file)) return;
  for (const device of await devicesOf(disk)) {
    try {
      await run(['losetup', '--detach', device]);
    } catch (error) {
      // another process that tidies up was faster
      if ((await devicesOf(disk)).includes(device)) throw error;
    }
  }
}

async function devicesOf(disk: DataDisk): Promise<string[]> {
  const list = await run([
    'losetup',
    '--list',
    '--noheadings',
    '--output',
    'NAME',
    '--associated',
    disk.file,
  ]);
  return list.split('\n').filter(Boolean);
}

/** Where the VM sees its data disk number `index`, and the rule that gives it the name it has in the cloud. */
export function diskSetup(index: number, disk: DataDisk): { device: string; tmpfiles: string } {
  const name = `sd${String.fromCharCode('b'.charCodeAt(0) + index)}`;
  return {
    device: `/dev/${name}`,
    tmpfiles: `L+ /dev/disk/by-id/google-${disk.deviceName} - - - - ../../${name}\n`,
  };
}
