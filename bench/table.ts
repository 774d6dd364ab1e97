import { isOver, type Measurement, median, ratio, results } from './result.ts';

/** Widths in characters: at most 80 in all. */
const widths = { name: 39, seconds: 9, ratio: 7, goal: 6 };

/** The measurements as a table of at most 80 columns. */
export function table(measurements: readonly Measurement[]): string {
  return [
    line('median of the pairs', 'ours', 'bare', 'ratio', 'goal', ''),
    ...measurements.map((one) => {
      const [result] = results([one]);
      return line(
        one.name,
        `${median(one.pairs.map(({ ours }) => ours)).toFixed(2)} s`,
        `${median(one.pairs.map(({ bare }) => bare)).toFixed(2)} s`,
        ratio(one).toFixed(2),
        result === undefined ? '-' : `${result.goal}`,
        result === undefined ? '' : isOver(result) ? 'OVER' : 'ok',
      );
    }),
  ].join('\n');
}

function line(
  name: string,
  ours: string,
  bare: string,
  ratio: string,
  goal: string,
  verdict: string,
): string {
  return [
    name.padEnd(widths.name),
    ours.padStart(widths.seconds),
    bare.padStart(widths.seconds),
    ratio.padStart(widths.ratio),
    goal.padStart(widths.goal),
    `  ${verdict}`,
  ]
    .join('')
    .trimEnd();
}
