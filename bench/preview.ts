import { join } from 'node:path';
import type { Rehearsal } from '../rehearsal/rehearsal.ts';
import type { Screen } from '../rehearsal/screen.ts';
import { emptyProgram } from './empty.ts';
import type { Measurement, Pair } from './result.ts';
import { well } from './well.ts';

const pairs = 7;

/** A preview that finds nothing to change, beside that of a program without a resource. */
export async function measurePreview(rehearsal: Rehearsal, screen: Screen): Promise<Measurement> {
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
  const measured: Pair[] = [];
  for (let i = 1; i <= pairs; i++) {
    const pair = await once();
    measured.push(pair);
    screen.say(`pair ${i} of ${pairs}: ${shown(pair)}`);
  }
  return { name: 'preview, no changes', pairs: measured, goal: 2 };
}

export function shown({ ours, bare }: Pair): string {
  return `${ours.toFixed(2)} s, bare ${bare.toFixed(2)} s, ratio ${(ours / bare).toFixed(2)}`;
}
