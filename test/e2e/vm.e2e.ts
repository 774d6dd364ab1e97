import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { catalog } from '../../rehearsal/images/catalog.ts';
import { buildTemplate } from '../../rehearsal/images/template.ts';
import { sweep } from '../../rehearsal/sweep.ts';
import { machineLeftovers } from '../../rehearsal/vm/leftovers.ts';
import { run } from '../../rehearsal/vm/run.ts';
import { openVm, startVm, type Vm } from '../../rehearsal/vm/vm.ts';

const buildMs = 15 * 60_000; // on a machine that has nothing yet
const minute = 60_000;

const directory = mkdtempSync(join(tmpdir(), 'cortex-vm-'));
const place = (name: string): string => join(directory, name);
let rootfs: string;
let first: Vm;
let second: Vm;

const start = (name: string): Promise<Vm> =>
  startVm({
    id: name,
    directory: place(name),
    rootfs,
    user: 'somebody',
    publicKey: 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA test',
    dataDisks: [{ deviceName: 'data', file: place(`${name}.data`), sizeBytes: 64 * 2 ** 20 }],
  });

const podman = 'runuser -u cortex -- env XDG_RUNTIME_DIR=/run/user/1000 podman';

beforeAll(async () => {
  rootfs = await buildTemplate({ onProgress: (line) => process.stderr.write(`${line}\n`) });
  [first, second] = await Promise.all([start('first'), start('second')]);
}, buildMs);

afterAll(async () => {
  for (const vm of [first, second]) await vm?.destroy();
  rmSync(directory, { recursive: true });
}, minute);

test('two VMs at once are two machines', async () => {
  expect(await first.exec('systemctl is-system-running')).toBe('running\n');
  const identity =
    'cat /etc/machine-id; ip -brief -4 address show host0; cut -d" " -f1,2 /etc/ssh/*.pub; hostname';
  expect(await first.exec(identity)).not.toBe(await second.exec(identity));
  expect(first.address).not.toBe(second.address);
  expect(first.hostKeys[0]).toMatch(/^ssh-ed25519 /);
  expect(await run(['ssh-keyscan', '-t', 'ed25519', first.address])).toContain(`${first.hostKeys[0]}\n`);
});

test(
  'both engines have the same images, and start a container with limits',
  async () => {
    await first.exec('loginctl enable-linger cortex; until [ -S /run/user/1000/bus ]; do sleep 0.1; done');
    const docker = await first.exec(
      "docker images --no-trunc --format '{{.Repository}}:{{.Tag}} {{.ID}}' | sort",
    );
    const wanted = catalog().map((image) => image.reference);
    expect(
      docker
        .split('\n')
        .filter(Boolean)
        .map((line) => line.split(' ')[0]),
    ).toEqual(wanted.sort());
    const rootless = await first.exec(
      `${podman} images --no-trunc --format '{{.Repository}}:{{.Tag}} {{.ID}}' | grep -v ^localhost/ | sed s,^docker.io/,, | sort`,
    );
    expect(rootless).toBe(docker);
    const limits = '--memory 64m --cpus 0.5 --pids-limit 100';
    for (const engine of ['docker', podman]) {
      const container = `${engine} run --rm ${limits} docker.io/97layer/cortex-admin:1.4.2`;
      expect(await first.exec(`${container} python -c 'print(6 * 7)' 2>/dev/null`)).toBe('42\n');
    }
  },
  minute,
);

describe('off and on again', () => {
  const bootId = async (): Promise<string> =>
    first.exec("awk '/btime/ {print $2}' /proc/stat; systemctl show -P UserspaceTimestampMonotonic");

  test(
    'the data disk keeps what was on it when the plug is pulled',
    async () => {
      const disk = '/dev/disk/by-id/google-data';
      await first.exec(
        `mkfs.ext4 -q ${disk} && mount ${disk} /mnt && echo kept >/mnt/file && sync /mnt/file`,
      );
      await first.kill();
      expect(first.pid).toBeUndefined();
      await first.boot();
      expect(await first.exec(`mount ${disk} /mnt && cat /mnt/file`)).toBe('kept\n');
    },
    minute,
  );

  test(
    'the VM can reboot by itself, and keeps its address',
    async () => {
      const before = await bootId();
      // it may be off between two looks, which is an error of its own; and what it was asked on its way down, it need
      // never answer
      const ask = async (script: string): Promise<string> => {
        const silence = sleep(10_000, 'no answer in 10 s', { ref: false });
        const answer = (async () => first.exec(script, { tolerate: true }))().catch(() => 'off');
        const said = await Promise.race([answer, silence]);
        if (said === 'no answer in 10 s') process.stderr.write(`${script}: ${said}\n`);
        return said;
      };
      await ask('systemctl reboot');
      const deadline = Date.now() + minute;
      while ((await ask('systemctl is-system-running')) !== 'running\n') {
        if (Date.now() > deadline) throw new Error('it did not come back');
        await sleep(200);
      }
      expect(await bootId()).not.toBe(before);
      expect(await run(['ssh-keyscan', '-t', 'ed25519', first.address])).toContain(first.hostKeys[0] ?? '-');
    },
    2 * minute,
  );
});

test(
  'another process finds the VM, and destroys it: nothing is left but the data',
  async () => {
    expect(openVm(place('first')).address).toBe(first.address);
    expect(await machineLeftovers(place('first'))).not.toEqual([]);
    await openVm(place('first')).destroy();
    expect(await machineLeftovers(place('first'))).toEqual([]);
    await first.destroy(); // once more does no harm
    expect(() => openVm(place('first'))).toThrow('there is no VM');
    expect(second.pid).toBeDefined();

    first = await start('first'); // a new machine with the old disk
    expect(await first.exec('mount /dev/disk/by-id/google-data /mnt && cat /mnt/file')).toBe('kept\n');
  },
  minute,
);

test('what belongs to no VM is found', async () => {
  await run(['ip', 'link', 'add', 'cortex32000', 'type', 'bridge']);
  try {
    expect(await machineLeftovers(place('nothing'))).toContain('bridge cortex32000');
  } finally {
    await run(['ip', 'link', 'delete', 'cortex32000']);
  }
  expect(await machineLeftovers(place('nothing'))).not.toContain('bridge cortex32000');
});

test(
  'what a killed rehearsal left is swept once, also when two others start at the same time',
  async () => {
    const parent = place('rehearsals');
    const left = join(parent, 'r-killed');
    mkdirSync(left, { recursive: true });
    const ended = 2 ** 22 + 1; // above the highest number that a process has
    writeFileSync(join(left, 'pid'), String(ended));
    await start('rehearsals/r-killed/vms/machine');
    const alive = join(parent, 'r-alive');
    mkdirSync(alive);
    writeFileSync(join(alive, 'pid'), String(process.pid));

    await Promise.all([sweep(parent), sweep(parent)]);
    expect(readdirSync(parent)).toEqual(['r-alive']);
    expect(await machineLeftovers(parent)).toEqual([]);
  },
  minute,
);
