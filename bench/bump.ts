import { type Bench, other, type Runtime } from './bench.ts';
import { bumped, setImages } from './images.ts';
import { pairsOf, upsBeside } from './pair.ts';
import type { Timed } from './result.ts';

/** There and back again, under each runtime. */
const pairs = 2;

/**
 * All of a `pulumi up` in which four services get another image, beside a stop and a start of the same four by
 * the bare tool.
 */
export async function measureBump(bench: Bench): Promise<Timed[]> {
  const runtimes = [bench.runtime, other(bench.runtime)];
  const found: Timed[] = [];
  for (const runtime of runtimes) {
    await bench.moveTo(runtime);
    found.push(...(await bumpOn(bench, runtime)));
  }
  return found;
}

async function bumpOn(bench: Bench, runtime: Runtime): Promise<Timed[]> {
  const bare = (await bench.bare())[runtime];
  bench.screen.say(`on ${runtime}`);
  await bare.start();
  const measured = await pairsOf(pairs, bench.screen, async (nth) => {
    setImages(bench.rehearsal.project, nth % 2 === 0 ? 'new' : 'old');
    const up = await bench.up();
    const seconds = (await bare.stop(bumped)) + (await bare.start(bumped));
    return { ...up, bare: seconds };
  });
  await bare.stop();
  return upsBeside(`image bump, ${runtime}`, 1.5, measured);
}
