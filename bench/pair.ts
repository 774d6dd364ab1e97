import type { Screen } from '../rehearsal/screen.ts';
import type { Pair, Timed } from './result.ts';

export function shown({ ours, bare }: Pair): string {
  return `${ours.toFixed(2)} s, bare ${bare.toFixed(2)} s, ratio ${(ours / bare).toFixed(2)}`;
}

/** One after the other, each said as it comes. */
export async function pairsOf<T extends Pair>(
  count: number,
  screen: Screen,
  once: (nth: number) => Promise<T>,
): Promise<T[]> {
  const measured: T[] = [];
  for (let nth = 0; nth < count; nth++) {
    const pair = await once(nth);
    measured.push(pair);
    screen.say(`pair ${nth + 1} of ${count}: ${shown(pair)}`);
  }
  return measured;
}

/** How long it takes, in seconds. */
export async function seconds(work: () => Promise<unknown>): Promise<number> {
  const begun = performance.now();
  await work();
  return (performance.now() - begun) / 1000;
}

/** All of a `pulumi up`, and of it the changes on the host. */
export interface UpSeconds {
  ours: number;
  changes: number;
}

/** The whole has a goal; how much of it is spent on the host is shown. */
export function upsBeside(name: string, goal: number, pairs: readonly (UpSeconds & Pair)[]): Timed[] {
  return [
    { kind: 'timed', name, goal, pairs: pairs.map(({ ours, bare }) => ({ ours, bare })) },
    {
      kind: 'timed',
      name: '  of it: changes on the host',
      pairs: pairs.map(({ changes, bare }) => ({ ours: changes, bare })),
    },
  ];
}
