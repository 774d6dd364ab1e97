import { join } from 'node:path';
import type { Bench } from './bench.ts';
import { emptyProgram } from './empty.ts';
import { pairsOf, shown } from './pair.ts';
import type { Pair, Timed } from './result.ts';
import { well } from './well.ts';

const pairs = 7;

/** A preview that finds nothing to change, beside that of a program without a resource. */
export async function measurePreview({ rehearsal, screen }: Bench): Promise<Timed[]> {
  const directory = emptyProgram(join(rehearsal.directory, 'empty'), rehearsal.project);
  const stack = ['--stack', 'empty'];
  const empty = (...args: string[]) => rehearsal.pulumi(['--cwd', directory, ...args]);
  well(await empty('stack', 'init', 'empty'));
  well(await empty('up', '--yes', '--skip-preview', ...stack));

  const once = async (): Promise<Pair> => {
    const ours = well(await rehearsal.preview(['--expect-no-changes']));
    const bare = well(await empty('preview', '--diff', '--expect-no-changes', ...stack));
    return { ours: ours.seconds, bare: bare.seconds };
  };
  screen.say(`warming up: ${shown(await once())}`);
  const measured = await pairsOf(pairs, screen, once);
  return [{ kind: 'timed', name: 'preview, no changes', pairs: measured, goal: 2 }];
}
