import {
  type Idle,
  isOver,
  type Measurement,
  median,
  type Overlap,
  type Rollout,
  ratio,
  results,
  type Timed,
} from './result.ts';

/** Widths in characters, the first that of a name: 80 at most in all. */
const columns = {
  timed: [39, 9, 9, 7, 6],
  memory: [39, 10, 10, 9],
  rollout: [35, 9, 10, 8, 15],
};

/** The measurements as tables of at most 80 columns, one for each kind that there is. */
export function table(measurements: readonly Measurement[]): string {
  const of = <Kind extends Measurement['kind']>(kind: Kind) =>
    measurements.filter((one): one is Extract<Measurement, { kind: Kind }> => one.kind === kind);
  return [timed(of('timed')), idle(of('idle')), overlaps(of('overlap')), rollouts(of('rollout'))]
    .filter((lines) => lines.length > 1)
    .map((lines) => lines.join('\n'))
    .join('\n\n');
}

function timed(found: readonly Timed[]): string[] {
  return [
    line(columns.timed, 'median of the pairs', 'ours', 'bare', 'ratio', 'goal'),
    ...found.map((one) => {
      const [result] = results([one]);
      const of = (whose: 'ours' | 'bare') => seconds(median(one.pairs.map((pair) => pair[whose])));
      const cells = [of('ours'), of('bare'), ratio(one).toFixed(2), `${one.goal ?? '-'}`];
      return line(columns.timed, one.name, ...cells, result ? (isOver(result) ? '  OVER' : '  ok') : '');
    }),
  ];
}

function idle(found: readonly Idle[]): string[] {
  return [
    line(columns.memory, 'five idle services, MB', 'runtime', 'services', 'in all'),
    ...found.map(({ runtime, runtimeMb, servicesMb }) =>
      line(columns.memory, runtime, mb(runtimeMb), mb(servicesMb), mb(runtimeMb + servicesMb)),
    ),
  ];
}

function overlaps(found: readonly Overlap[]): string[] {
  return [
    line(columns.memory, 'all processes of the VM, MB', 'before', 'most', 'ratio'),
    ...found.map(({ name, steadyMb, peakMb }) =>
      line(columns.memory, name, mb(steadyMb), mb(peakMb), (peakMb / steadyMb).toFixed(2)),
    ),
  ];
}

function rollouts(found: readonly Rollout[]): string[] {
  return [
    line(columns.rollout, 'other images under load', 'seconds', 'requests', 'lost', 'nothing to do'),
    ...found.map(({ tool, requests, lost, ...one }) =>
      line(columns.rollout, tool, seconds(one.seconds), `${requests}`, `${lost}`, seconds(one.checkSeconds)),
    ),
  ];
}

const seconds = (value: number) => `${value.toFixed(2)} s`;
const mb = (value: number) => value.toFixed(0);

/** The first cell to the left, the others to the right of their columns; what has no column follows. */
function line(widths: readonly number[], first: string, ...rest: string[]): string {
  const [own = 0, ...others] = widths;
  return [first.padEnd(own), ...rest.map((cell, i) => cell.padStart(others[i] ?? 0))].join('').trimEnd();
}
