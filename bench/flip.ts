import { type Bench, other, type Runtime, runtimes } from './bench.ts';
import { pairsOf, type UpSeconds, upsBeside } from './pair.ts';
import type { Pair, Timed } from './result.ts';

/** There and back again so many times. */
const rounds = 2;

/**
 * All of a `pulumi up` in which the flag was changed, beside a start of the same set by the tool that it goes to
 * and a stop by the one that it comes from. The idle set of the other side runs beside each: ours while the bare
 * tools are at work, theirs while ours moves.
 */
export async function measureFlip(bench: Bench): Promise<Timed[]> {
  const bare = await bench.bare();
  const first = bench.runtime;
  await bare[first].start();
  const found: Record<Runtime, (UpSeconds & Pair)[]> = { docker: [], podman: [] };
  await pairsOf(2 * rounds, bench.screen, async () => {
    const [from, to] = [bench.runtime, other(bench.runtime)];
    const up = await bench.flip();
    const started = await bare[to].start();
    const stopped = await bare[from].stop();
    const pair = { ...up, bare: started + stopped };
    found[to].push(pair);
    return pair;
  });
  await bare[first].stop();
  return runtimes.flatMap((to) => upsBeside(`flip, ${other(to)} to ${to}`, 1.5, found[to]));
}
