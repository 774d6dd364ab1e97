import { type Bench, type Runtime, runtimes } from './bench.ts';
import { pairsOf, upsBeside } from './pair.ts';
import type { Timed } from './result.ts';

const pairs = 3;

/**
 * Five services that are not there, on a host where all else is: machine, set-up, images, data. Ours is all of
 * `pulumi up`, program and reading of the host included; the bare tool's is its one command.
 */
export async function measureDeploy(bench: Bench): Promise<Timed[]> {
  const measured: Timed[] = [];
  for (const runtime of runtimes) {
    await bench.moveTo(runtime);
    measured.push(...(await deployTo(bench, runtime)));
  }
  return measured;
}

async function deployTo(bench: Bench, runtime: Runtime): Promise<Timed[]> {
  const bare = (await bench.bare())[runtime];
  bench.screen.say(`to ${runtime}`);
  const measured = await pairsOf(pairs, bench.screen, async () => {
    await bench.removeServices();
    const bareSeconds = await bare.start();
    await bare.stop();
    return { ...(await bench.up()), bare: bareSeconds };
  });
  return upsBeside(`deploy five services, ${runtime}`, 2, measured);
}
