import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const selfMounts = '/proc/self/mounts';

/**
 * Where the two hierarchies are mounted that systemd-nspawn makes groups in: the second version of control
 * groups and, where the machine has the first version too, systemd's own.
 * @throws where the kernel has no second version mounted
 */
export function hierarchies(mounts: string): { unified: string; named: string | undefined } {
  const rows = mounts.split('\n').map((line) => line.split(' '));
  const unified = rows.find(([, , type]) => type === 'cgroup2')?.[1];
  const named = rows.find(
    ([, , type, options]) => type === 'cgroup' && options?.split(',').includes('name=systemd'),
  );
  if (unified === undefined) {
    throw new Error(
      'no cgroup2 file system is mounted: mount one with "mkdir -p /sys/fs/cgroup/unified && ' +
        'mount -t cgroup2 cgroup2 /sys/fs/cgroup/unified"',
    );
  }
  return { unified, named: named?.[1] };
}

/** The name of the control groups of the VM with network `slot`. */
export function groupName(slot: number | ''): string {
  return `cortex-rehearsal-${slot}`;
}

/** The control groups for a VM named `name`. */
export function nspawnGroups(name: string): string[] {
  const { unified, named } = hierarchies(readFileSync(selfMounts, 'utf8'));
  return [unified, named].filter((root) => root !== undefined).map((root) => join(root, name));
}

/** The control groups that a process of this machine is in. */
export function groupsOf(pid: number): string[] {
  const { unified, named } = hierarchies(readFileSync(selfMounts, 'utf8'));
  return readFileSync(`/proc/${pid}/cgroup`, 'utf8')
    .split('\n')
    .flatMap((line) => {
      const [, controllers, path] = /^\d+:([^:]*):(.*)$/.exec(line) ?? [];
      if (path === undefined) return [];
      if (controllers === '') return [join(unified, path)];
      return controllers === 'name=systemd' && named !== undefined ? [join(named, path)] : [];
    });
}

/**
 * Creates a control group directly below a root. Every controller of the root that can be passed on is, to it
 * and to the groups in it.
 */
export function createCgroup(path: string): void {
  mkdirSync(path, { recursive: true });
  for (const parent of [dirname(path), path]) {
    const offered = join(parent, 'cgroup.controllers');
    for (const controller of existsSync(offered) ? readFileSync(offered, 'utf8').trim().split(' ') : []) {
      if (!['cpu', 'cpuset', 'io', 'memory', 'pids'].includes(controller)) continue;
      try {
        writeFileSync(join(parent, 'cgroup.subtree_control'), `+${controller}`);
      } catch {
        // held by somebody else: the VM does without this limit, see guest/usr/local/libexec
      }
    }
  }
}

/** All processes of a control group and of those below it. Groups come and go while they are read. */
export function processesOf(path: string): number[] {
  const own = unlessGone(() => readFileSync(join(path, 'cgroup.procs'), 'utf8'), '');
  const below = unlessGone(() => childrenOf(path), []);
  return [...own.split('\n').filter(Boolean).map(Number), ...below.flatMap(processesOf)];
}

/** What `read` gives, or `otherwise` where the group or process went away in the meantime. */
function unlessGone<T>(read: () => T, otherwise: T): T {
  try {
    return read();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENODEV' || code === 'ESRCH') return otherwise;
    throw error;
  }
}

/** Ends everything in a control group at once, as pulling the plug would, and waits until it is gone. */
export async function killCgroup(path: string): Promise<void> {
  const deadline = Date.now() + 20_000;
  while (processesOf(path).length > 0) {
    if (Date.now() > deadline) {
      throw new Error(`processes ${processesOf(path).join(', ')} in ${path} survive being killed`);
    }
    if (existsSync(join(path, 'cgroup.kill')))
      unlessGone(() => writeFileSync(join(path, 'cgroup.kill'), '1'), undefined);
    else for (const pid of processesOf(path)) unlessGone(() => process.kill(pid, 'SIGKILL'), true);
    await sleep(20);
  }
}

/** Removes a control group without processes and those below it. */
export async function removeCgroup(path: string): Promise<void> {
  for (let attempt = 0; existsSync(path); attempt++) {
    try {
      removeTree(path);
    } catch (error) {
      // the kernel frees a group a moment after its last process
      if (attempt === 100) throw error;
      await sleep(20);
    }
  }
}

function removeTree(path: string): void {
  for (const child of childrenOf(path)) removeTree(child);
  rmdirSync(path);
}

function childrenOf(path: string): string[] {
  return readdirSync(path, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => join(path, entry.name));
}
