import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, openSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { rename } from 'node:fs/promises';
import { connect } from 'node:net';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  createCgroup,
  groupName,
  groupsOf,
  killCgroup,
  nspawnGroups,
  processesOf,
  removeCgroup,
} from './cgroup.ts';
import { attachDisk, type DataDisk, detachDisk, diskSetup } from './disk.ts';
import { type Network, raiseNetwork, releaseNetwork, reserveNetwork } from './network.ts';
import { removeTree } from './remove.ts';
import { type RunOptions, run } from './run.ts';

export interface VmArgs {
  /** the VM's host name, a DNS label */
  id: string;
  /** everything that belongs to the VM is kept here, and goes with it */
  directory: string;
  /** the template, from `buildRootfs` */
  rootfs: string;
  /** account that `publicKey` logs in to; created, with passwordless sudo, unless it is root */
  user: string;
  /** a line of authorized_keys */
  publicKey: string;
  /** disks that outlive the VM */
  dataDisks: DataDisk[];
}

interface VmState {
  id: string;
  user: string;
  network: Network;
  /** public host keys, `<type> <base64>` */
  hostKeys: string[];
  dataDisks: DataDisk[];
  cgroups: string[];
}

/** How long a boot may take. It takes 2 s on two cores; a loaded machine is slower. */
const bootDeadlineMs = 90_000;

/** Shell: joins the control groups whose files are named before `--`, and becomes the command after it. */
const enterCgroups = 'until [ "$1" = -- ]; do echo $$ >"$1" || exit; shift; done; shift; exec "$@"';

/** Copies the template, gives the copy an identity, and boots it. */
export async function startVm(args: VmArgs): Promise<Vm> {
  const directory = resolve(args.directory);
  if (existsSync(join(directory, 'vm.json'))) {
    throw new Error(`there is a VM in ${directory} already: destroy it, or choose another directory`);
  }
  const network = await reserveNetwork(directory);
  const state: VmState = {
    id: args.id,
    user: args.user,
    network,
    hostKeys: [],
    dataDisks: args.dataDisks,
    cgroups: nspawnGroups(groupName(network.slot)),
  };
  const vm = new Vm(directory, state);
  try {
    await vm.save(); // from here on another process can find it, and destroy it
    const root = join(directory, 'root');
    await run(['cp', '-a', '--reflink=auto', args.rootfs, root]);
    await identify(root, args, network);
    state.hostKeys = await createHostKeys(root, args.id);
    await vm.save();
    await vm.boot();
    return vm;
  } catch (error) {
    await vm.destroy();
    throw error;
  }
}

/** The VM that an earlier process started in `directory`. */
export function openVm(directory: string): Vm {
  const file = join(resolve(directory), 'vm.json');
  if (!existsSync(file)) throw new Error(`there is no VM in ${directory} (no ${file})`);
  return new Vm(resolve(directory), JSON.parse(readFileSync(file, 'utf8')) as VmState);
}

/** A Debian machine that boots, is unplugged, and is thrown away. Its state is on disk, not in here. */
export class Vm {
  readonly directory: string;
  private readonly state: VmState;

  constructor(directory: string, state: VmState) {
    this.directory = directory;
    this.state = state;
  }

  get id(): string {
    return this.state.id;
  }

  get user(): string {
    return this.state.user;
  }

  /** the VM's IP address; SSH listens on port 22 of it */
  get address(): string {
    return this.state.network.address;
  }

  /** this machine's IP address, seen from the VM */
  get gateway(): string {
    return this.state.network.gateway;
  }

  get hostKeys(): readonly string[] {
    return this.state.hostKeys;
  }

  /** where the VM's console is written */
  get console(): string {
    return join(this.directory, 'console.log');
  }

  /** process id, on this machine, of the VM's first process; undefined when it is off */
  get pid(): number | undefined {
    return this.state.cgroups.flatMap(processesOf).find(isInit);
  }

  async save(): Promise<void> {
    mkdirSync(this.directory, { recursive: true });
    const file = join(this.directory, 'vm.json');
    writeFileSync(`${file}.new`, `${JSON.stringify(this.state, null, 2)}\n`, { mode: 0o600 });
    await rename(`${file}.new`, file);
  }

  /** Switches the VM on, unless it is on, and waits until it is up and its SSH server answers. */
  async boot(): Promise<void> {
    if (this.pid === undefined) await this.switchOn();
    const deadline = Date.now() + bootDeadlineMs;
    await this.until(deadline, () => this.pid !== undefined, 'its init runs');
    await this.until(deadline, () => answersSsh(this.address), 'its SSH server answers');
    let system = '';
    const settled = async (): Promise<boolean> => {
      system = (await this.exec('systemctl is-system-running', { tolerate: true })).trim();
      return system === 'running' || system === 'degraded';
    };
    await this.until(deadline, settled, 'systemd is done starting');
    if (system === 'degraded') {
      const failed = await this.exec('systemctl --failed --plain --no-legend', { tolerate: true });
      process.stderr.write(`${this.id}: started, but some units failed:\n${failed}`);
    }
  }

  private async switchOn(): Promise<void> {
    await this.unplug(); // what a crash may have left
    await raiseNetwork(this.state.network);
    const binds: string[] = [];
    for (const [index, disk] of this.state.dataDisks.entries()) {
      binds.push(`--bind=${await attachDisk(disk)}:${diskSetup(index, disk).device}`);
    }
    this.state.cgroups.forEach(createCgroup);
    const nspawn = [
      'systemd-nspawn',
      '--boot',
      '--quiet',
      '--register=no',
      '--keep-unit',
      '--capability=all',
      '--private-users=no',
      '--console=read-only',
      `--machine=${this.state.network.bridge}`,
      `--network-bridge=${this.state.network.bridge}`,
      // what Docker and Podman need of the kernel and a container usually does not get
      '--system-call-filter=add_key keyctl bpf @mount',
      `--directory=${join(this.directory, 'root')}`,
      ...binds,
    ];
    const log = openSync(this.console, 'a', 0o600);
    const keeper = ['--mount', 'sh', join(import.meta.dirname, 'keeper.sh')];
    const child = spawn('unshare', [...keeper, ...this.state.cgroups, '--', ...nspawn], {
      detached: true, // outlives the process that started it
      stdio: ['ignore', log, log],
      env: { ...process.env, SYSTEMD_NSPAWN_UNIFIED_HIERARCHY: '1' },
    });
    child.unref();
  }

  private async until(deadline: number, done: () => boolean | Promise<boolean>, what: string): Promise<void> {
    while (!(await done())) {
      if (Date.now() > deadline) {
        const console = readFileSync(this.console, 'utf8').split('\n').slice(-20).join('\n');
        throw new Error(
          `${this.id}: waited ${bootDeadlineMs / 1000} s until ${what}; its console:\n${console}`,
        );
      }
      await sleep(50);
    }
  }

  /** Runs a shell script in the VM as root, as from its console: without SSH. */
  exec(script: string, options: RunOptions = {}): Promise<string> {
    const pid = this.pid;
    if (pid === undefined) throw new Error(`${this.id} is switched off`);
    const path = 'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin';
    // logind knows nobody whose control group is not the VM's
    const tasks = groupsOf(pid).map((group) => join(group, 'cgroup.procs'));
    const enter = ['nsenter', '-t', String(pid), '-m', '-u', '-i', '-n', '-p', '-C'];
    const shell = ['env', '-i', path, 'HOME=/root', 'sh', '-c', `cd /; ${script}`];
    return run(['sh', '-c', enterCgroups, 'sh', ...tasks, '--', ...enter, ...shell], options);
  }

  /** Pulls the plug: every process of the VM is gone, nothing had time to end well. */
  async kill(): Promise<void> {
    for (const group of this.state.cgroups) await killCgroup(group);
  }

  /** Shuts the VM down in order. */
  async shutDown(): Promise<void> {
    await this.exec('systemctl poweroff', { tolerate: true });
    const off = (): boolean => this.state.cgroups.flatMap(processesOf).length === 0;
    await this.until(Date.now() + bootDeadlineMs, off, 'it is off');
  }

  /** Shuts the VM down in order and switches it on again. */
  async reboot(): Promise<void> {
    if (this.pid !== undefined) await this.shutDown();
    await this.boot();
  }

  /** Leaves nothing of the VM on this machine but its data disks, which are detached. Repeatable. */
  async destroy(): Promise<void> {
    await this.unplug();
    for (const disk of this.state.dataDisks) await detachDisk(disk);
    // the stack's set-up protects the place that its data disk is mounted on
    await run(['chattr', '-f', '-i', join(this.directory, 'root/srv/containerhost')], { tolerate: true });
    // the registration goes last: as long as anything is left, the VM can be found and destroyed again
    await removeTree(join(this.directory, 'root'));
    await releaseNetwork(this.state.network);
    rmSync(this.directory, { recursive: true, force: true });
  }

  private async unplug(): Promise<void> {
    await this.kill();
    for (const group of this.state.cgroups) await removeCgroup(group);
  }
}

/** Whether a process is number 1 of a namespace of its own. */
function isInit(pid: number): boolean {
  try {
    const numbers =
      /^NSpid:\s*(.*)$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]?.split('\t') ?? [];
    // one level below this machine: a container in the VM is two below
    return numbers.length === ownDepth() + 1 && numbers.at(-1) === '1';
  } catch {
    return false; // it has just ended
  }
}

function ownDepth(): number {
  return /^NSpid:\s*(.*)$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1]?.split('\t').length ?? 1;
}

/** Whether an SSH server greets at port 22. An open port alone is not an answer. */
function answersSsh(address: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: address, port: 22 });
    const end = (answer: boolean): void => {
      socket.destroy();
      resolve(answer);
    };
    socket.setTimeout(1000, () => end(false));
    socket.once('data', (data) => end(data.toString().startsWith('SSH-')));
    socket.once('error', () => end(false));
    socket.once('close', () => end(false));
  });
}

/** Turns a copy of the template into a machine of its own. */
async function identify(root: string, args: VmArgs, network: Network): Promise<void> {
  const put = (path: string, content: string, mode = 0o644): void => {
    writeFileSync(join(root, path), content, { mode });
  };
  put('etc/machine-id', `${randomBytes(16).toString('hex')}\n`);
  put('etc/hostname', `${args.id}\n`);
  // nobody answers there, and says so at once; without a name server Podman complains with every container
  put('etc/resolv.conf', `nameserver ${network.gateway}\n`);
  put('etc/hosts', `127.0.0.1 localhost\n127.0.1.1 ${args.id}\n`);
  // rootless Podman's network needs the default route, whether or not it leads anywhere
  put(
    'etc/systemd/network/10-host0.network',
    `[Match]\nName=host0\n\n[Network]\nAddress=${network.address}/30\nGateway=${network.gateway}\n` +
      'LinkLocalAddressing=no\nIPv6AcceptRA=no\n',
  );
  put(
    'etc/tmpfiles.d/data-disks.conf',
    args.dataDisks.map((disk, i) => diskSetup(i, disk).tmpfiles).join(''),
  );
  const known = (): string | undefined =>
    readFileSync(join(root, 'etc/passwd'), 'utf8')
      .split('\n')
      .find((line) => line.startsWith(`${args.user}:`));
  if (known() === undefined) {
    await run(['chroot', root, 'useradd', '--create-home', '--shell', '/bin/bash', args.user]);
  }
  if (args.user !== 'root')
    put(`etc/sudoers.d/${args.user}`, `${args.user} ALL=(ALL) NOPASSWD: ALL\n`, 0o440);
  const ssh = `${known()?.split(':')[5]}/.ssh`;
  mkdirSync(join(root, ssh), { recursive: true, mode: 0o700 });
  writeFileSync(join(root, ssh, 'authorized_keys'), `${args.publicKey.trim()}\n`, { mode: 0o600 });
  await run(['chroot', root, 'chown', '-R', `${args.user}:`, ssh]);
}

async function createHostKeys(root: string, id: string): Promise<string[]> {
  const directory = join(root, 'etc/ssh');
  for (const type of ['ed25519', 'ecdsa']) {
    const file = join(directory, `ssh_host_${type}_key`);
    await run(['ssh-keygen', '-q', '-t', type, '-N', '', '-C', id, '-f', file]);
  }
  return readdirSync(directory)
    .filter((name) => name.endsWith('.pub'))
    .map((name) => readFileSync(join(directory, name), 'utf8').split(' ').slice(0, 2).join(' '))
    .sort()
    .reverse(); // ssh-ed25519 first
}
