/** The same work done by this project and by the bare tool, one right after the other; seconds. */
export interface Pair {
  ours: number;
  bare: number;
}

/** Work of this project beside that of a bare tool. Without a goal it is shown, and that is all. */
export interface Timed {
  kind: 'timed';
  name: string;
  pairs: Pair[];
  /** the ratio that it may have */
  goal?: number;
}

/** What five services take that do nothing, MB: they themselves, and what is there because of their runtime. */
export interface Idle {
  kind: 'idle';
  runtime: string;
  runtimeMb: number;
  servicesMb: number;
}

/** All processes of the VM while a flip goes on, MB: before it, and when they took most. */
export interface Overlap {
  kind: 'overlap';
  name: string;
  steadyMb: number;
  peakMb: number;
}

/** One tool that takes the same services to other images while requests come in. */
export interface Rollout {
  kind: 'rollout';
  tool: string;
  /** until the new images answer at every published port */
  seconds: number;
  requests: number;
  lost: number;
  /** for what the tool does where there is nothing to do */
  checkSeconds: number;
  /** the tool of this project's that it is shown beside; the project's own have none */
  beside?: string | undefined;
}

/** What was measured. */
export type Measurement = Timed | Idle | Overlap | Rollout;

/**
 * One entry of the file that `--json` writes. A ratio of two tools is this project's part divided by the
 * other's; what has no goal is for comparison.
 */
export interface Result {
  name: string;
  ratio: number;
  goal?: number;
  [figure: string]: unknown;
}

/**
 * How many times as long as the bare tool it took: the median over the pairs. What else the machine does
 * strikes both halves of a pair, so that ratios can be compared where seconds cannot.
 */
export function ratio({ pairs }: Pick<Timed, 'pairs'>): number {
  return median(pairs.map(({ ours, bare }) => ours / bare));
}

/** @throws when there is nothing to take it of */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const [low, high] = [sorted[(sorted.length - 1) >> 1], sorted[sorted.length >> 1]];
  if (low === undefined || high === undefined) throw new Error('the median of no values was asked for');
  return (low + high) / 2;
}

/** Rounded as they are shown: what looks like 2.00 is not over 2. Of timed work, that which has a goal. */
export function results(measurements: readonly Measurement[]): Result[] {
  const each = measurements.flatMap((one) => resultsOf(one, measurements));
  return [...each, ...idle(measurements)];
}

function resultsOf(one: Measurement, all: readonly Measurement[]): Result[] {
  switch (one.kind) {
    case 'timed':
      if (one.goal === undefined) return [];
      return [{ name: one.name, ratio: rounded(ratio(one)), goal: one.goal }];
    case 'overlap': {
      const { name, steadyMb, peakMb } = one;
      return [{ name, ratio: rounded(peakMb / steadyMb), steadyMb, peakMb }];
    }
    case 'rollout':
      return compared(one, all);
    case 'idle':
      return [];
  }
}

export function isOver({ ratio, goal }: Result): boolean {
  return goal !== undefined && ratio > goal;
}

/** What Podman takes for each MB that Docker takes. */
function idle(measurements: readonly Measurement[]): Result[] {
  const found = measurements.filter((one) => one.kind === 'idle');
  const [docker, podman] = ['docker', 'podman'].map((name) => found.find(({ runtime }) => runtime === name));
  if (!docker || !podman) return [];
  const figures = ({ runtimeMb, servicesMb }: Idle) => ({ runtimeMb, servicesMb });
  return [
    {
      name: 'idle memory of the runtime, podman / docker',
      ratio: rounded(podman.runtimeMb / docker.runtimeMb),
      docker: figures(docker),
      podman: figures(podman),
    },
  ];
}

/** @throws when what it is shown beside was not measured */
function compared(peer: Rollout, all: readonly Measurement[]): Result[] {
  if (peer.beside === undefined) return [];
  const rollouts = all.filter((one) => one.kind === 'rollout');
  const ours = rollouts.find(({ tool }) => tool === peer.beside);
  if (!ours) throw new Error(`${peer.tool} is to be shown beside ${peer.beside}, which was not measured`);
  const figures = ({ seconds, requests, lost }: Rollout) => ({ seconds: rounded(seconds), requests, lost });
  return [
    {
      name: `image bump under load, ${ours.tool} / ${peer.tool}`,
      ratio: rounded(ours.seconds / peer.seconds),
      ...figures(peer),
      ours: figures(ours),
    },
    {
      name: `check with no changes, ${ours.tool} / ${peer.tool}`,
      ratio: rounded(ours.checkSeconds / peer.checkSeconds),
      seconds: rounded(peer.checkSeconds),
      ours: { seconds: rounded(ours.checkSeconds) },
    },
  ];
}

const rounded = (value: number) => Math.round(value * 100) / 100;
