import { hostLibrary } from '../provider/hostSetup.ts';
import type { Bench } from './bench.ts';
import { pairsOf, seconds } from './pair.ts';
import type { Timed } from './result.ts';

const pairs = 3;

/** 800 MiB in large files and 224 MiB in 4,000 small ones, none of which can be compressed away by a disk. */
const plant = `docker volume create bench >/dev/null
cd "$(docker volume inspect --format '{{.Mountpoint}}' bench)"
for i in 1 2 3 4 5 6 7 8; do head -c 100M /dev/urandom >large-$i; done
mkdir small && cd small && head -c 224M /dev/urandom | split -a 3 -b 58720 -
sync`;

/** Both read a source that is in memory, and are done when the copy is on the disk. */
const before = `cat "$source"/* "$source"/small/* >/dev/null 2>&1 || true; sync`;

/**
 * A volume of Docker carried into the stack's own: space checked, copied, compared byte by byte with its
 * source, and on the disk; beside `tar | tar` of the same folder to the same disk, which is on the disk too.
 */
export async function measureCarry({ rehearsal: { vm }, screen }: Bench): Promise<Timed[]> {
  await vm.exec(plant);
  const source = `source=$(docker volume inspect --format '{{.Mountpoint}}' bench)`;
  const copy = '/srv/containerhost/bench-tar';
  const timed = async (script: string): Promise<number> => {
    await vm.exec(`${source}\n${before}`);
    return seconds(() => vm.exec(script));
  };
  const measured = await pairsOf(pairs, screen, async () => {
    const bare = await timed(
      `set -o pipefail; ${source}; mkdir ${copy}; tar -C "$source" -cf - . | tar -C ${copy} -xf -; sync -f ${copy}`,
    );
    const mapping = ['uid', 'gid'].map((kind) => `docker ${kind} 0 0 4294967295\n`).join('');
    const ours = await timed(
      `bash -s <<'SCRIPT'\n${hostLibrary()}\ncarry_volume bench bench bench cortex keep <<'MAPPINGS'\n${mapping}MAPPINGS\nSCRIPT`,
    );
    await vm.exec(`rm -rf ${copy} /srv/containerhost/bench`);
    return { ours, bare };
  });
  await vm.exec('docker volume rm bench >/dev/null');
  return [{ kind: 'timed', name: 'carry a volume of 1 GiB', pairs: measured, goal: 1.5 }];
}
