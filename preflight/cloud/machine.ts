/** What a machine type of Google Cloud has. */
export interface Machine {
  series: string;
  /** virtual CPUs as they are billed: a part of one for shared cores */
  billedCpus: number;
  /** virtual CPUs as a quota counts them */
  cpus: number;
  memoryGib: number;
}

/** E2's shared cores: https://cloud.google.com/compute/docs/general-purpose-machines#e2-shared-core */
const shared: Record<string, Machine> = {
  'e2-micro': { series: 'e2', billedCpus: 0.25, cpus: 2, memoryGib: 1 },
  'e2-small': { series: 'e2', billedCpus: 0.5, cpus: 2, memoryGib: 2 },
  'e2-medium': { series: 'e2', billedCpus: 1, cpus: 2, memoryGib: 4 },
};

/** GiB for each virtual CPU. */
const memory: Record<string, Record<string, number>> = {
  e2: { standard: 4, highmem: 8, highcpu: 1 },
  n1: { standard: 3.75, highmem: 6.5, highcpu: 0.9 },
  n2: { standard: 4, highmem: 8, highcpu: 1 },
  n2d: { standard: 4, highmem: 8, highcpu: 1 },
  t2d: { standard: 4 },
  c2: { standard: 4 },
  c2d: { standard: 4, highmem: 8, highcpu: 2 },
  c3: { standard: 4, highmem: 8, highcpu: 2 },
  c3d: { standard: 4, highmem: 8, highcpu: 2 },
};

/** undefined: a size of one's own, or a series that is not known here. */
export function machineOf(type: string): Machine | undefined {
  const one = shared[type];
  if (one) return one;
  const [series = '', shape = '', size = ''] = type.split('-');
  const each = memory[series]?.[shape];
  const cpus = Number(size);
  if (each === undefined || !Number.isInteger(cpus) || cpus <= 0) return undefined;
  return { series, billedCpus: cpus, cpus, memoryGib: cpus * each };
}
