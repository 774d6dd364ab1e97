import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { hostLibrary } from '../../provider/hostSetup.ts';
import type { Rehearsal } from '../../rehearsal/rehearsal.ts';
import { engineCommand } from '../e2e/onHost.ts';
import { expectClean, minutes, rehearse, well } from '../e2e/rehearse.ts';
import { listMounted, listVolume, plantVolume } from '../e2e/volume.ts';

const account = { name: 'cortex', uid: 1000, subuidStart: 100_000 };
const podman = engineCommand('podman', account);

let rehearsal: Rehearsal;
beforeAll(async () => {
  rehearsal = await rehearse();
  rehearsal.flag('docker');
  well(await rehearsal.up());
}, 20 * minutes);
afterAll(async () => {
  await rehearsal?.close();
}, minutes);

/** `cortex-admin`, which runs as root, has this volume of an engine. */
function mount(volume: string, name: string): void {
  const { project } = rehearsal;
  project.set(
    'compose.yaml',
    ['services', 'cortex-admin', 'volumes'],
    ['admin-data:/app/data', './knowledge:/app/knowledge:ro', `${volume}:/app/carried`],
  );
  project.set('compose.yaml', ['volumes', volume], { external: true, name });
}

function move(runtime: 'docker' | 'podman'): void {
  rehearsal.project.configure('dev', ['cortex:services'], { 'cortex-admin': { runtime } });
}

const seen = (runtime: 'docker' | 'podman') =>
  listMounted(rehearsal.vm, runtime, 'cortex-admin', '/app/carried');

describe('a volume with owners of all kinds', () => {
  test(
    'is the same after ten flips, and once it went back to Docker',
    async () => {
      const { vm } = rehearsal;
      await plantVolume(vm, 'legacy');
      await vm.exec(`cd "$(docker volume inspect --format '{{.Mountpoint}}' legacy)"
for i in $(seq 2000); do echo $i >file-$i; done; chown 1000:1000 file-?00; chown 65534:65534 file-1??; head -c 200M /dev/urandom >large`);
      const before = await listVolume(vm, 'legacy');
      mount('legacy', 'legacy');
      for (const runtime of Array.from({ length: 10 }, (_, i) => (i % 2 ? 'docker' : 'podman'))) {
        move(runtime);
        well(await rehearsal.up());
        expect(await seen(runtime)).toBe(before);
      }
      await expectClean(rehearsal);
      expect(await listVolume(vm, 'legacy')).toBe(before);
      const { code, output } = await rehearsal.preview();
      expect([code, output]).toEqual([0, expect.not.stringContaining('legacy')]);

      await expect(vm.exec('containerhost carry-back dev legacy')).rejects.toThrow('has the volume and runs');
    },
    15 * minutes,
  );
});

describe("a volume of the account's Podman", () => {
  test(
    'is carried to Docker, with the owners that its containers saw',
    async () => {
      const { vm } = rehearsal;
      const image = (
        await vm.exec(
          `${podman} image ls --format '{{.Repository}}:{{.Tag}}' | grep cortex-admin | head -n 1`,
        )
      ).trim();
      await vm.exec(`${podman} volume create own >/dev/null
${podman} run --rm --entrypoint sh --volume own:/v ${image} -c 'echo a >/v/root; echo b >/v/other; chown 33:1000 /v/other; chmod 600 /v/root'`);
      mount('own', 'own');
      move('docker');
      well(await rehearsal.up());
      const now = await seen('docker');
      expect(now).toMatch(/\.\/other 33:1000 .*\n\.\/root 0:0 0o100600 /);
      move('podman');
      well(await rehearsal.up());
      expect(await seen('podman')).toBe(now);
    },
    8 * minutes,
  );
});

describe('a copy that is cut short', () => {
  test(
    'by a kill in the middle of it: the next one is whole, and nothing else is left',
    async () => {
      const { vm } = rehearsal;
      await vm.exec(`docker volume create half >/dev/null
head -c 600M /dev/urandom >"$(docker volume inspect --format '{{.Mountpoint}}' half)/large"`);
      const before = await listVolume(vm, 'half');
      const carry = (after = '') =>
        `bash -s <<'SCRIPT' ${after}\n${hostLibrary()}\nprintf 'docker uid 0 0 4294967295\\ndocker gid 0 0 4294967295\\n' | carry_volume soak half half cortex keep\nSCRIPT`;
      // as soon as the copy has begun: of no more than what a quick disk writes meanwhile
      const begun = 'ls -d /srv/containerhost/soak/volumes/.half~*';
      await vm.exec(
        `setsid ${carry('&')}\nuntil ${begun} || ! kill -0 $! 2>/dev/null; do :; done; sleep 0.05; kill -9 -$!; wait`,
        { tolerate: true },
      );
      expect(await vm.exec('ls -A /srv/containerhost/soak/volumes')).toMatch(/^\.half~\d+\n$/);
      await vm.exec(carry());
      expect(await vm.exec('ls -A /srv/containerhost/soak/volumes')).toBe('half\n');
      const copied = `cmp "$(docker volume inspect --format '{{.Mountpoint}}' half)/large" /srv/containerhost/soak/volumes/half/data/large`;
      await vm.exec(copied);
      expect(await listVolume(vm, 'half')).toBe(before);
    },
    5 * minutes,
  );
});
