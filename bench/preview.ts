import type { Screen } from '../rehearsal/screen.ts';
import type { Bench } from './bench.ts';
import { nothingProgram } from './nothing.ts';
import { pairsOf, shown } from './pair.ts';
import type { Pair, Timed } from './result.ts';
import { well } from './well.ts';

/** A preview that finds nothing to change, beside that of a program without a resource. */
export async function measurePreview(bench: Bench): Promise<Timed[]> {
  const pairs = await warmPairs(7, bench.screen, () => beside(bench));
  return [{ kind: 'timed', name: 'preview, no changes', pairs, goal: 1.5 }];
}

/** How many services `measureMany` has in all. */
const many = 100;

/** Of each service: its instance, and the slot that says whether it serves. */
const resources = 2 * many;

/**
 * The same for a hundred services: those of compose.yaml, and small ones beside them, which are taken away again.
 * How much of it is the engine's, whatever the resources are, is shown with it.
 */
export async function measureMany(bench: Bench): Promise<Timed[]> {
  const { rehearsal, screen } = bench;
  const { project } = rehearsal;
  const before = project.read('compose.yaml');
  const own = 5;
  for (let nth = own + 1; nth <= many; nth++) {
    project.set('compose.yaml', ['services', `many-${nth}`], {
      image: '97layer/cortex-dashboard:1.4.2',
      command: ['sleep', 'infinity'],
      mem_limit: '16m',
    });
  }
  screen.say(`deploying ${many - own} services more`);
  await bench.up();
  const nothing = await nothingProgram(rehearsal, resources);
  const measured = await warmPairs(5, screen, async () => ({
    ...(await beside(bench)),
    nothing: (await nothing.preview()).seconds,
  }));
  await nothing.close();
  screen.say('taking them away');
  project.write('compose.yaml', before);
  await bench.up();
  return [
    { kind: 'timed', name: `preview, no changes, ${many} services`, pairs: measured, goal: 2 },
    {
      kind: 'timed',
      name: `  ${resources} resources that are nothing`,
      pairs: measured.map(({ nothing, bare }) => ({ ours: nothing, bare })),
    },
  ];
}

/** Pairs after one that is not counted: the first of a kind compiles, and fills caches. */
async function warmPairs<T extends Pair>(
  count: number,
  screen: Screen,
  once: () => Promise<T>,
): Promise<T[]> {
  screen.say(`warming up: ${shown(await once())}`);
  return pairsOf(count, screen, once);
}

async function beside(bench: Bench): Promise<Pair> {
  const { rehearsal } = bench;
  const bare = await bench.empty();
  const ours = well(await rehearsal.preview(['--expect-no-changes']));
  return { ours: ours.seconds, bare: (await bare.preview()).seconds };
}
