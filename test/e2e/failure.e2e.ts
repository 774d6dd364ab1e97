import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { ask } from '../../rehearsal/ask.ts';
import { startLoad } from '../../rehearsal/load/load.ts';
import type { Rehearsal } from '../../rehearsal/rehearsal.ts';
import { knownTo, strangers } from '../../rehearsal/strangers.ts';
import { asAccount } from '../../rehearsal/tamper.ts';
import { targets } from '../../rehearsal/targets.ts';
import { flippedBack } from '../faults/deployment.ts';
import { giveUpSooner, suffer } from '../faults/fault.ts';
import { data, withoutLedger, write } from './data.ts';
import { eventually, expectClean, inside, minutes, rehearse, untilParked, well, who } from './rehearse.ts';
import { inContainer, listMounted, listVolume, plantVolume } from './volume.ts';

let rehearsal: Rehearsal;
beforeAll(async () => {
  rehearsal = await rehearse();
  rehearsal.flag('docker');
  giveUpSooner(rehearsal);
  well(await rehearsal.up());
}, 20 * minutes);
afterAll(async () => {
  await rehearsal?.close();
}, minutes);

const rate = 50;

/** Load on the services that are given, or on all, while something happens. */
async function underLoad<T>(
  work: () => Promise<T>,
  only?: string,
): Promise<{ result: T; lost: number; sent: number; failures: object }> {
  const all = await targets(rehearsal);
  const load = startLoad({ targets: all.filter(({ service }) => !only || service === only), rate });
  const result = await work().catch(async (error: unknown) => {
    await load.stop();
    throw error;
  });
  const { lost, sent, failures } = await load.stop();
  return { result, lost, sent, failures };
}

function image(service: string, from: string, to: string): void {
  rehearsal.project.edit('compose.yaml', `97layer/${service}:${from}`, `97layer/${service}:${to}`);
}

/** What the engine says of itself, asked from the host. */
async function engine(): Promise<{ version: string; runtime: string; instance: string }> {
  return JSON.parse(await inside(rehearsal.vm, 'cortex-engine', 8000, '/'));
}

/** How many containers of a service run, in both engines. */
async function running(service: string): Promise<number> {
  const filter = `--filter label=containerhost.service=${service} --quiet`;
  const out = await rehearsal.vm.exec(
    `docker ps ${filter}; cd /; runuser -u cortex -- env XDG_RUNTIME_DIR=/run/user/1000 podman ps ${filter}`,
  );
  return out.split('\n').filter(Boolean).length;
}

describe('a new version that never becomes healthy', () => {
  test(
    'of a service that rolls: the old one never stopped serving, and reverting converges',
    async () => {
      const before = await who(rehearsal, 'cortex-dashboard');
      image('cortex-dashboard', '1.4.2', '1.4.4-broken');
      const { result, lost } = await underLoad(() => rehearsal.up(), 'cortex-dashboard');
      expect(result.code).not.toBe(0);
      expect(result.output).toContain('fatal: cannot open the ledger');
      expect(lost).toBe(0);
      expect(await who(rehearsal, 'cortex-dashboard')).toEqual(before);
      expect(await running('cortex-dashboard')).toBe(1);

      image('cortex-dashboard', '1.4.4-broken', '1.4.2');
      well(await rehearsal.up());
      await expectClean(rehearsal);
      expect((await who(rehearsal, 'cortex-dashboard')).version).toBe('1.4.2');
      expect(await running('cortex-dashboard')).toBe(1);
    },
    5 * minutes,
  );

  test(
    'of a single writer: its predecessor comes back, and reverting converges',
    async () => {
      const before = await who(rehearsal, 'cortex-admin');
      image('cortex-admin', '1.4.2', '1.4.4-broken');
      const { code, output } = await rehearsal.up();
      expect(code).not.toBe(0);
      expect(output).toContain('fatal: cannot open the ledger');
      expect((await who(rehearsal, 'cortex-admin')).instance).toBe(before.instance);
      expect(await running('cortex-admin')).toBe(1);

      image('cortex-admin', '1.4.4-broken', '1.4.3');
      well(await rehearsal.up());
      await expectClean(rehearsal);
      expect((await who(rehearsal, 'cortex-admin')).version).toBe('1.4.3');
      expect(await running('cortex-admin')).toBe(1);
      image('cortex-admin', '1.4.3', '1.4.2');
      well(await rehearsal.up());
    },
    6 * minutes,
  );
});

describe('a fault under load; `npm run soak -- faults` has all of them, both ways and under more', () => {
  test(
    flippedBack.name,
    async () => {
      const cost = await suffer(rehearsal, flippedBack, { from: 'docker', to: 'podman' }, rate);
      expect(cost).toMatchObject({ lost: 0 });
    },
    5 * minutes,
  );
});

/** Starts a flip and kills `pulumi`, provider and all, as soon as the engine is parked. */
async function killWhenParked(): Promise<void> {
  let group = 0;
  const flip = rehearsal.up([], {
    onStart: (pid) => {
      group = pid;
    },
  });
  await untilParked(rehearsal.vm, 'dev', 'cortex-engine');
  process.kill(-group, 'SIGKILL');
  await flip;
  await rehearsal.pulumi(['cancel', '--yes', '--stack', rehearsal.stack]);
}

describe('`up` killed while a single writer is parked', () => {
  test(
    'the host brings it back by itself, and reverting flag and image converges',
    async () => {
      const before = await engine();
      rehearsal.flag('podman');
      image('cortex-engine', '1.4.2', '1.4.3');
      await killWhenParked();
      expect(await eventually(150, engine)).toMatchObject({
        runtime: 'docker',
        version: '1.4.2',
        instance: before.instance,
      });
      expect(await running('cortex-engine')).toBe(1);

      rehearsal.flag('docker');
      image('cortex-engine', '1.4.3', '1.4.2');
      well(await rehearsal.up());
      await expectClean(rehearsal);
      expect(await engine()).toMatchObject({ runtime: 'docker', version: '1.4.2' });
      expect(await running('cortex-engine')).toBe(1);
    },
    8 * minutes,
  );

  test(
    'also after a reboot',
    async () => {
      rehearsal.flag('podman');
      await killWhenParked();
      await rehearsal.vm.kill();
      await rehearsal.vm.boot();
      expect(await eventually(90, engine)).toMatchObject({ runtime: 'docker', version: '1.4.2' });
      expect(await running('cortex-engine')).toBe(1);
      rehearsal.flag('docker');
      well(await rehearsal.up());
      await expectClean(rehearsal);
      expect(await running('cortex-engine')).toBe(1);
    },
    8 * minutes,
  );
});

describe('runtimes of their own', () => {
  test(
    'a flip that stops half-way serves every request, and goes on or back',
    async () => {
      rehearsal.flag('podman');
      const { lost, failures } = await underLoad(async () => {
        const only = ['Instance', 'Slot'].flatMap((type) => [
          '--target',
          `**containerhost:index:${type}::cortex-engine`,
        ]);
        well(await rehearsal.up(only));
        expect(await engine()).toMatchObject({ runtime: 'podman' });
        for (const service of ['cortex-admin', 'cortex-dashboard']) {
          expect(await who(rehearsal, service)).toMatchObject({ runtime: 'docker' });
        }
        const { body } = await ask(rehearsal.edge.publicPort, 'cortex-admin.localhost', '/engine');
        expect(JSON.parse(body)).toMatchObject({ service: 'cortex-engine', runtime: 'podman' });
      });
      expect({ lost, failures }).toEqual({ lost: 0, failures: {} });
      rehearsal.flag('docker');
      well(await rehearsal.up());
      expect(await engine()).toMatchObject({ runtime: 'docker' });
      await expectClean(rehearsal);
    },
    5 * minutes,
  );

  test(
    'a stack that is half in Podman serves everything',
    async () => {
      rehearsal.project.configure('dev', ['cortex:services'], { 'cortex-engine': { runtime: 'podman' } });
      const { lost, failures } = await underLoad(async () => well(await rehearsal.up()));
      expect({ lost, failures }).toEqual({ lost: 0, failures: {} });
      expect(await engine()).toMatchObject({ runtime: 'podman' });
      for (const service of ['cortex-admin', 'cortex-dashboard', 'cortex-editor']) {
        expect(await who(rehearsal, service)).toMatchObject({ runtime: 'docker' });
      }
      const { result } = await underLoad(async () => who(rehearsal, 'cortex-admin'));
      expect(result.service).toBe('cortex-admin');
      await expectClean(rehearsal);
      rehearsal.project.configure('dev', ['cortex:services'], undefined);
      well(await rehearsal.up());
    },
    5 * minutes,
  );
});

describe('data', () => {
  test(
    'an empty folder in the place of a volume: the flip is refused, and what serves never stops',
    async () => {
      const volume = '/srv/containerhost/dev/volumes/engine-state';
      const before = await engine();
      await rehearsal.vm.exec(`mv ${volume}/data ${volume}/away && mkdir ${volume}/data`);
      rehearsal.project.configure('dev', ['cortex:services'], { 'cortex-engine': { runtime: 'podman' } });
      const { result, lost } = await underLoad(() => rehearsal.up());
      expect(result.code).not.toBe(0);
      expect(result.output).toContain('found another folder in its place');
      expect(result.output).toContain('was not stopped and serves on');
      expect(lost).toBe(0);
      expect(await engine()).toEqual(before);
      await rehearsal.vm.exec(`rmdir ${volume}/data && mv ${volume}/away ${volume}/data`);
      rehearsal.project.configure('dev', ['cortex:services'], undefined);
      well(await rehearsal.up());
      await expectClean(rehearsal);
    },
    5 * minutes,
  );

  test(
    "a volume of Docker's is carried to Podman and back, and goes when `up` says so",
    async () => {
      const { vm, project } = rehearsal;
      await plantVolume(vm, 'cortex_legacy');
      const before = await listVolume(vm, 'cortex_legacy');
      expect(before).toMatch(/ 0:0 .* 33:33 .* 999:1000 /s);
      project.set(
        'compose.yaml',
        ['services', 'cortex-admin', 'volumes'],
        ['admin-data:/app/data', './knowledge:/app/knowledge:ro', 'legacy:/app/legacy'],
      );
      project.set('compose.yaml', ['volumes', 'legacy'], { external: true, name: 'cortex_legacy' });
      project.configure('dev', ['cortex:services'], { 'cortex-admin': { runtime: 'podman' } });
      well(await rehearsal.up());
      expect(await listMounted(vm, 'podman', 'cortex-admin', '/app/legacy')).toBe(before);
      expect(await listVolume(vm, 'cortex_legacy')).toBe(before);

      await vm.exec(
        `${await inContainer(vm, 'podman', 'cortex-admin')} sh -c 'echo later >/app/legacy/later'`,
      );
      const later = await listMounted(vm, 'podman', 'cortex-admin', '/app/legacy');
      project.configure('dev', ['cortex:services'], undefined);
      project.set('compose.yaml', ['volumes', 'legacy', 'x-source'], 'remove');
      well(await rehearsal.up());
      expect(await listMounted(vm, 'docker', 'cortex-admin', '/app/legacy')).toBe(later);
      expect(await vm.exec('docker volume ls --quiet')).not.toContain('cortex_legacy');
      expect(JSON.parse((await vm.exec('containerhost data dev | grep legacy')).trim())).toMatchObject({
        before: { files: 6 },
        after: { files: 6 },
      });
      await expectClean(rehearsal);
    },
    6 * minutes,
  );
});

describe('the counter of lost requests', () => {
  test(
    'is above zero when a switch is broken on purpose',
    async () => {
      const { lost, sent } = await underLoad(async () => {
        // what a switch without a hold would be: the instance stops, and nobody tells the proxy
        await rehearsal.vm.exec(
          'docker stop $(docker ps --quiet --filter label=containerhost.service=cortex-dashboard)',
        );
        await new Promise((resolve) => setTimeout(resolve, 1000));
        await rehearsal.vm.exec(
          'printf "set server dev.cortex-dashboard.5002/live state maint\\n" | socat - UNIX-CONNECT:/run/containerhost/admin.sock',
        );
        await new Promise((resolve) => setTimeout(resolve, 2000));
      }, 'cortex-dashboard');
      expect(lost).toBeGreaterThan(0);
      expect(lost).toBeLessThanOrEqual(sent);
      await rehearsal.vm.exec(
        'printf "set server dev.cortex-dashboard.5002/live state ready\\n" | socat - UNIX-CONNECT:/run/containerhost/admin.sock',
      );
      well(await rehearsal.up());
      await expectClean(rehearsal);
    },
    5 * minutes,
  );
});

describe('what all of this has left on the host', () => {
  test(
    'nothing is there that the state does not know of, and whatever is planted is found',
    async () => {
      const { vm, stack } = rehearsal;
      const known = knownTo(stack, await rehearsal.state());
      expect(await strangers(vm, known)).toEqual([]);
      const unit = '/home/cortex/.config/containers/systemd/cortex-old-1.container';
      const timer = 'containerhost-recover-dev.cortex-old';
      const records = '/var/lib/containerhost/dev/cortex-engine';
      const data = '/srv/containerhost/dev/volumes';
      await vm.exec(
        [
          'docker create --name cortex-old-1 97layer/cortex-admin:1.4.2 && docker network create old && docker volume create old',
          asAccount(
            'podman create --name cortex-old-2 97layer/cortex-admin:1.4.2 && podman network create old && podman volume create old && printf x | podman secret create cortex-old-2-token -',
          ),
          `touch ${unit} ${records}/parked && mkdir -p ${records}/instances/cortex-engine-0000000 ${data}/old ${data}/admin-data/shift`,
          `systemd-run --quiet --unit=${timer} --on-active=3600 true`,
          'ip address add 198.19.9.9/32 dev lo',
        ].join('\n'),
      );
      const found = await strangers(vm, known);
      await vm.exec(
        [
          'docker rm cortex-old-1; docker network rm old; docker volume rm old',
          asAccount(
            'podman rm cortex-old-2; podman network rm old; podman volume rm old; podman secret rm cortex-old-2-token',
          ),
          `rm -r ${unit} ${records}/parked ${records}/instances/cortex-engine-0000000 ${data}/old ${data}/admin-data/shift`,
          `systemctl stop ${timer}.timer; ip address delete 198.19.9.9/32 dev lo`,
        ].join('\n'),
      );
      expect(found.sort()).toEqual([
        'account unit cortex-old-1',
        'address 198.19.9.9',
        'docker container cortex-old-1',
        'docker network old',
        'docker volume old',
        'half-done data dev/volumes/admin-data/shift',
        'podman container cortex-old-2',
        'podman network old',
        'podman secret cortex-old-2-token',
        'podman volume old',
        'record dev/cortex-engine/instances/cortex-engine-0000000',
        'record dev/cortex-engine/parked',
        `system unit ${timer}.service`,
        `system unit ${timer}.timer`,
        'volume dev/old',
      ]);
      expect(await strangers(vm, known)).toEqual([]);
    },
    2 * minutes,
  );
});

const owner = (path: string) => rehearsal.vm.exec(`stat -c '%U %u:%g' ${path}`);
const state = '/srv/containerhost/dev/volumes/engine-state/data';

/** Every service serves on that runtime, and each writer has what was there before. */
async function expectServed(
  runtime: string,
  before: Record<string, unknown>,
  written: string,
): Promise<void> {
  for (const service of ['cortex-admin', 'cortex-dashboard', 'cortex-editor'])
    expect(await who(rehearsal, service)).toMatchObject({ runtime });
  expect(await engine()).toMatchObject({ runtime });
  expect(withoutLedger(await data(rehearsal))).toEqual(withoutLedger(before));
  expect(JSON.parse(await inside(rehearsal.vm, 'cortex-engine', 8000, `/ledger?id=${written}`))).toEqual({
    id: written,
    times: 1,
  });
  await expectClean(rehearsal);
}

describe('a VM that was destroyed behind Pulumi', () => {
  test(
    'the preview says so and names the way on, which restores the stack and its data, on the other runtime too',
    async () => {
      await write(rehearsal, 'before-the-loss');
      const before = await data(rehearsal);
      await rehearsal.machines.vms.destroy('cortex-dev');
      const { code, output } = await rehearsal.preview();
      expect(code).not.toBe(0);
      expect(output).toMatch(/cannot be reached/);
      expect(output).toMatch(/nothing is taken for gone/);
      expect(output).toContain('docs/recovery.md');

      const urn = /urn:pulumi:dev::cortex::[^\s\]]*gcp:compute\/instance:Instance::cortex-vm/.exec(
        await rehearsal.state(),
      )?.[0];
      if (!urn) throw new Error('the state has no VM');
      well(await rehearsal.pulumi(['refresh', '--yes', '--skip-preview', '--stack', 'dev', '--target', urn]));
      rehearsal.flag('podman');
      well(await rehearsal.up(['--refresh=false']));
      expect(await owner(state)).toBe('cortex 1000:1000\n');
      await expectServed('podman', before, 'before-the-loss');
    },
    6 * minutes,
  );
});

describe('another boot disk', () => {
  /** The next machine finds the disk as one would have left it whose account has another number. */
  function otherNumbers(): void {
    const { vms } = rehearsal.machines;
    const { create } = vms;
    vms.create = async (request) => {
      vms.create = create;
      const made = await create(request);
      await rehearsal.vm.exec(
        `mount /dev/disk/by-id/google-data /mnt
sed -i -E 's/^([ug]id [0-9]+) 1000 1$/\\1 1500 1/' /mnt/dev/*/*/mapping
chown -hR --from=1000:1000 1500:1500 /mnt/dev/*/*/data
umount /mnt`,
      );
      return made;
    };
  }

  /** Google would refuse too, when the services are gone already. */
  async function refusedWhileProtected(): Promise<void> {
    const { deployment } = JSON.parse(await rehearsal.state());
    const { urn } = deployment.resources.find(
      ({ type }: { type: string }) => type === 'gcp:compute/instance:Instance',
    );
    const protection = async (on: boolean) => {
      rehearsal.project.configure('dev', ['cortex:host', 'deletionProtection'], on);
      well(await rehearsal.pulumi(['state', on ? 'protect' : 'unprotect', '--yes', '--stack', 'dev', urn]));
    };
    await protection(true);
    const { code, output } = await rehearsal.up();
    expect(output).toContain('currently marked for protection');
    expect(output).not.toMatch(/containerhost:\S+ \S+ (delet|creat|updat)/);
    expect(code).not.toBe(0);
    await protection(false);
  }

  test(
    'is another VM with the same data, which its account owns; the preview says so',
    async () => {
      await write(rehearsal, 'before-the-disk');
      const before = await data(rehearsal);
      const machineId = await rehearsal.vm.exec('cat /etc/machine-id');
      const replaced = /gcp:compute\/instance:Instance: \(replace\)/;
      // from the newest image of the family: the operator asks for it
      expect(well(await rehearsal.preview(['--replace', '**Instance::cortex-vm'])).output).toMatch(replaced);
      rehearsal.project.configure('dev', ['cortex:host', 'bootDiskGb'], 30);
      const { output } = well(await rehearsal.preview());
      expect(output).toMatch(/bootDiskGb 20 => 30 replaces VM cortex-dev: [^.]*\. *The data\s+disk stays\./);
      expect(output).toMatch(replaced);
      expect(output).not.toMatch(/gcp:(?!compute\/instance:Instance)[^\n]*\((replace|delete|create)\)/);

      await refusedWhileProtected();
      otherNumbers();
      well(await rehearsal.up());
      expect(await rehearsal.vm.exec('cat /etc/machine-id')).not.toBe(machineId);
      expect(await owner(state)).toBe('cortex 1000:1000\n');
      await expectServed('podman', before, 'before-the-disk');
    },
    6 * minutes,
  );
});
