/**
 * Machine types that this stack can use, as of 2026-11: https://cloud.google.com/compute/docs/machine-resource.
 * All are x86-64 and take balanced persistent disks, as the stack's images and disks want it. By series: shape
 * and numbers of virtual CPUs.
 */
const series: Record<string, Record<string, readonly number[]>> = {
  e2: { standard: [2, 4, 8, 16, 32], highmem: [2, 4, 8, 16], highcpu: [2, 4, 8, 16, 32] },
  n1: {
    standard: [1, 2, 4, 8, 16, 32, 64, 96],
    highmem: [2, 4, 8, 16, 32, 64, 96],
    highcpu: [2, 4, 8, 16, 32, 64, 96],
  },
  n2: {
    standard: [2, 4, 8, 16, 32, 48, 64, 80, 96, 128],
    highmem: [2, 4, 8, 16, 32, 48, 64, 80, 96, 128],
    highcpu: [2, 4, 8, 16, 32, 48, 64, 80, 96],
  },
  n2d: {
    standard: [2, 4, 8, 16, 32, 48, 64, 80, 96, 128, 224],
    highmem: [2, 4, 8, 16, 32, 48, 64, 80, 96],
    highcpu: [2, 4, 8, 16, 32, 48, 64, 80, 96, 128, 224],
  },
  c2: { standard: [4, 8, 16, 30, 60] },
  c2d: {
    standard: [2, 4, 8, 16, 32, 56, 112],
    highmem: [2, 4, 8, 16, 32, 56, 112],
    highcpu: [2, 4, 8, 16, 32, 56, 112],
  },
  c3: {
    standard: [4, 8, 22, 44, 88, 176],
    highmem: [4, 8, 22, 44, 88, 176],
    highcpu: [4, 8, 22, 44, 88, 176],
  },
  c3d: {
    standard: [4, 8, 16, 30, 60, 90, 180, 360],
    highmem: [4, 8, 16, 30, 60, 90, 180, 360],
    highcpu: [4, 8, 16, 30, 60, 90, 180, 360],
  },
  t2d: { standard: [1, 2, 4, 8, 16, 32, 48, 60] },
};

/** Series that exist and do not fit, and why. */
const unfit: Record<string, string> = {
  t2a: 'it is Arm, and the images are built for x86-64',
  c4a: 'it is Arm, and the images are built for x86-64',
  n4a: 'it is Arm, and the images are built for x86-64',
  n4: 'it takes Hyperdisk only, and the disks are persistent disks',
  n4d: 'it takes Hyperdisk only, and the disks are persistent disks',
  c4: 'it takes Hyperdisk only, and the disks are persistent disks',
  c4d: 'it takes Hyperdisk only, and the disks are persistent disks',
  f1: 'it has too little memory for two runtimes',
  g1: 'it has too little memory for two runtimes',
};

/** Every type by its name: `e2-medium`, `n2-standard-4`. */
export const machineTypes: readonly string[] = [
  ...['e2-micro', 'e2-small', 'e2-medium'],
  ...Object.entries(series).flatMap(([name, shapes]) =>
    Object.entries(shapes).flatMap(([shape, sizes]) => sizes.map((cpus) => `${name}-${shape}-${cpus}`)),
  ),
];

/** Why a type of a series that exists cannot be used; undefined for those that can, and for unknown ones. */
export function unfitMachineType(type: string): string | undefined {
  return unfit[type.slice(0, type.indexOf('-'))];
}

/** Sizes of one's own, as Google writes them: `n2-custom-4-8192` (CPUs, memory in MiB), `e2-custom-small-4096`. */
export const customMachineType = /^(?:(?:e2|n2|n2d)-)?custom-(?:micro|small|medium|\d+)-\d+(?:-ext)?$/;
