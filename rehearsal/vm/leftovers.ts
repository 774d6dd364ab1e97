import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { groupName, nspawnGroups } from './cgroup.ts';
import { registry } from './network.ts';
import { mountsBelow } from './remove.ts';
import { run } from './run.ts';

/**
 * What VMs have left on this machine, each as a person would name it: what belongs to VMs at or below
 * `directory`, and what belongs to no VM at all. VMs elsewhere are somebody else's rehearsal.
 */
export async function machineLeftovers(directory: string): Promise<string[]> {
  const whole = resolve(directory);
  const below = (path: string): boolean => path === whole || path.startsWith(`${whole}/`);
  const left: string[] = [];

  const groups = nspawnGroups(groupName('')).map(dirname);
  const bridges = namesIn('/sys/class/net', /^cortex(\d+)$/);
  const found = groups.flatMap((root) =>
    namesIn(root, /^cortex-rehearsal-(\d+)$/).map((name) => join(root, name)),
  );
  // read last: what is created after its registration, and removed before it, is no orphan
  const owners = new Map<string, string>();
  for (const slot of namesIn(registry, /^\d+$/)) owners.set(slot, ownerOf(slot));

  for (const [slot, owner] of owners) if (below(owner)) left.push(`network ${slot} of ${owner}`);
  for (const name of bridges) if (!owners.has(name.slice('cortex'.length))) left.push(`bridge ${name}`);
  for (const path of found) {
    if (!owners.has(basename(path).slice(groupName('').length))) left.push(`control group ${path}`);
  }
  const mounts = mountsBelow(whole, readFileSync('/proc/self/mounts', 'utf8'));
  left.push(...mounts.map((place) => `mount ${place}`));
  const loops = await run(['losetup', '--list', '--noheadings', '--raw', '--output', 'NAME,BACK-FILE']);
  for (const line of loops.split('\n').filter(Boolean)) {
    const [device = '', ...file] = line.split(' ');
    if (below(file.join(' '))) left.push(`loop device ${device} of ${file.join(' ')}`);
  }
  return left;
}

function namesIn(directory: string, pattern: RegExp): string[] {
  return existsSync(directory) ? readdirSync(directory).filter((name) => pattern.test(name)) : [];
}

function ownerOf(slot: string): string {
  try {
    return readFileSync(join(registry, slot), 'utf8');
  } catch {
    return ''; // released meanwhile
  }
}
