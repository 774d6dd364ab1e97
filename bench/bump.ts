import { type Bench, other, type Runtime } from './bench.ts';
import { bumped, type Images, setImages } from './images.ts';
import { pairsOf, upsBeside } from './pair.ts';
import type { Timed } from './result.ts';

/** There and back again so many times, under each runtime. */
const rounds = 2;

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
  let next: Images = 'new';
  const pairs = await pairsOf(2 * rounds, bench.screen, async () => {
    setImages(bench.rehearsal.project, next);
    next = next === 'new' ? 'old' : 'new';
    const up = await bench.up();
    const seconds = (await bare.stop(bumped)) + (await bare.start(bumped));
    return { ...up, bare: seconds };
  });
  await bare.stop();
  return upsBeside(`image bump, ${runtime}`, 1.5, pairs);
}
