import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Bench } from './bench.ts';
import { emptyProgram } from './empty.ts';
import { pairsOf, shown } from './pair.ts';
import type { Pair, Timed } from './result.ts';
import { well } from './well.ts';

const stack = ['--stack', 'empty'];

/** A preview that finds nothing to change, beside that of a program without a resource. */
export async function measurePreview(bench: Bench): Promise<Timed[]> {
  return [await cleanPreview(bench, { name: 'preview, no changes', pairs: 7, goal: 1.5 })];
}

/** How many services `measureMany` has in all. */
const many = 100;

/** The same for a hundred services: those of compose.yaml, and small ones beside them, which are taken away again. */
export async function measureMany(bench: Bench): Promise<Timed[]> {
  const { project } = bench.rehearsal;
  const before = project.read('compose.yaml');
  const own = 5;
  for (let nth = own + 1; nth <= many; nth++) {
    project.set('compose.yaml', ['services', `many-${nth}`], {
      image: '97layer/cortex-dashboard:1.4.2',
      command: ['sleep', 'infinity'],
      mem_limit: '16m',
    });
  }
  bench.screen.say(`deploying ${many - own} services more`);
  await bench.up();
  const measured = await cleanPreview(bench, {
    name: `preview, no changes, ${many} services`,
    pairs: 5,
    goal: 2,
  });
  bench.screen.say('taking them away');
  project.write('compose.yaml', before);
  await bench.up();
  return [measured];
}

async function cleanPreview(
  { rehearsal, screen }: Bench,
  { name, pairs, goal }: { name: string; pairs: number; goal: number },
): Promise<Timed> {
  const directory = join(rehearsal.directory, 'empty');
  const empty = (...args: string[]) => rehearsal.pulumi(['--cwd', directory, ...args]);
  if (!existsSync(directory)) {
    emptyProgram(directory, rehearsal.project);
    well(await empty('stack', 'init', 'empty'));
    well(await empty('up', '--yes', '--skip-preview', ...stack));
  }
  const once = async (): Promise<Pair> => {
    const ours = well(await rehearsal.preview(['--expect-no-changes']));
    const bare = well(await empty('preview', '--diff', '--expect-no-changes', ...stack));
    return { ours: ours.seconds, bare: bare.seconds };
  };
  screen.say(`warming up: ${shown(await once())}`);
  return { kind: 'timed', name, pairs: await pairsOf(pairs, screen, once), goal };
}
