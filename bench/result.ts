/** The same work done by this project and by the bare tool, one right after the other; seconds. */
export interface Pair {
  ours: number;
  bare: number;
}

/** What was measured. Without a goal it is shown, and that is all. */
export interface Measurement {
  name: string;
  pairs: Pair[];
  /** the ratio that it may have */
  goal?: number;
}

/** One entry of the file that `--json` writes. */
export interface Result {
  name: string;
  ratio: number;
  goal: number;
}

/**
 * How many times as long as the bare tool it took: the median over the pairs. What else the machine does
 * strikes both halves of a pair, so that ratios can be compared where seconds cannot.
 */
export function ratio({ pairs }: Measurement): number {
  return median(pairs.map(({ ours, bare }) => ours / bare));
}

/** @throws when there is nothing to take it of */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const [low, high] = [sorted[(sorted.length - 1) >> 1], sorted[sorted.length >> 1]];
  if (low === undefined || high === undefined) throw new Error('the median of no values was asked for');
  return (low + high) / 2;
}

/** Those with a goal, rounded as they are shown: what looks like 2.00 is not over 2. */
export function results(measurements: readonly Measurement[]): Result[] {
  return measurements.flatMap((one) =>
    one.goal === undefined
      ? []
      : [{ name: one.name, ratio: Math.round(ratio(one) * 100) / 100, goal: one.goal }],
  );
}

export function isOver({ ratio, goal }: Result): boolean {
  return ratio > goal;
}
