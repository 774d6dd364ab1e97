import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { withLock } from '../../toolchain/lock.ts';
import { run } from './run.ts';

/** Which VM has which network, for all rehearsals of this machine; gone with a reboot, as the networks are. */
export const registry = '/run/cortex-rehearsal';

/**
 * A network of two addresses. They are in 198.18.0.0/15, which is set aside for tests between machines, so
 * that they meet neither a home network nor the ranges Docker and Podman choose from.
 */
export interface Network {
  slot: number;
  /** name of the bridge on this machine; the VM keeps its address there when it reboots by itself */
  bridge: string;
  /** this machine, seen from the VM */
  gateway: string;
  /** the VM */
  address: string;
}

const slots = 2 ** 15; // networks of four addresses in a /15

/** The network with number `slot`. */
export function networkOf(slot: number): Network {
  const first = slot * 4;
  const host = (offset: number): string => {
    const n = first + offset;
    return `198.${18 + (n >> 16)}.${(n >> 8) & 255}.${n & 255}`;
  };
  return { slot, bridge: `cortex${slot}`, gateway: host(1), address: host(2) };
}

/** The lowest slot that is neither registered nor on an interface of this machine. */
export function freeSlot(taken: ReadonlySet<number>, addresses: ReadonlySet<string>): number {
  for (let slot = 0; slot < slots; slot++) {
    if (!taken.has(slot) && !addresses.has(networkOf(slot).gateway)) return slot;
  }
  throw new Error(`all ${slots} networks of the rehearsal are in use: see ${registry}`);
}

/** Reserves a network for the VM in `directory`. A reservation whose VM is gone is taken over. */
export function reserveNetwork(directory: string): Promise<Network> {
  return withLock(join(registry, 'lock'), async () => {
    const taken = new Set<number>();
    for (const name of readdirSync(registry)) {
      if (!/^\d+$/.test(name)) continue;
      if (existsSync(readFileSync(join(registry, name), 'utf8'))) taken.add(Number(name));
      else rmSync(join(registry, name));
    }
    const addresses = new Set<string>();
    for (const list of Object.values(networkInterfaces())) {
      for (const one of list ?? []) addresses.add(one.address);
    }
    const network = networkOf(freeSlot(taken, addresses));
    mkdirSync(directory, { recursive: true }); // what makes the reservation count
    writeFileSync(join(registry, String(network.slot)), directory);
    return network;
  });
}

/** Creates the bridge, unless it is there. */
export async function raiseNetwork(network: Network): Promise<void> {
  // a VM that was killed a moment ago: its end of the wire goes with its last process, which may take a while
  const wire = `vb-${network.bridge}`;
  if (existsSync(`/sys/class/net/${wire}`)) await run(['ip', 'link', 'delete', wire], { tolerate: true });
  if (existsSync(`/sys/class/net/${network.bridge}`)) return;
  await run(['ip', 'link', 'add', network.bridge, 'type', 'bridge']);
  await run(['ip', 'address', 'add', `${network.gateway}/30`, 'dev', network.bridge]);
  await run(['ip', 'link', 'set', network.bridge, 'up']);
}

/** Removes the bridge and gives the network back. */
export async function releaseNetwork(network: Network): Promise<void> {
  if (existsSync(`/sys/class/net/${network.bridge}`)) await run(['ip', 'link', 'delete', network.bridge]);
  rmSync(join(registry, String(network.slot)), { force: true });
}
