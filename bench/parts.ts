import { InvalidArgumentError } from 'commander';
import type { Bench } from './bench.ts';
import { measureBump } from './bump.ts';
import { measureCarry } from './carry.ts';
import { measureDeploy } from './deploy.ts';
import { measureFlip } from './flip.ts';
import { measureMemory } from './memory.ts';
import { measurePeers } from './peers.ts';
import { measureMany, measurePreview } from './preview.ts';
import type { Measurement } from './result.ts';

export interface Part {
  name: string;
  title: string;
  measure(bench: Bench): Promise<Measurement[]>;
}

/** In the order in which they are measured. The peers are last: they leave the stack without services. */
export const parts: readonly Part[] = [
  {
    name: 'preview',
    title: 'preview with no changes, beside that of an empty program',
    measure: measurePreview,
  },
  {
    name: 'many',
    title: 'preview with no changes of a hundred services, beside that of an empty program',
    measure: measureMany,
  },
  { name: 'carry', title: 'carrying a volume of 1 GiB, beside `tar | tar`', measure: measureCarry },
  {
    name: 'deploy',
    title: 'deploying five services, beside `docker compose up --wait` and five Quadlet starts',
    measure: measureDeploy,
  },
  { name: 'bump', title: 'other images, beside a stop and a start', measure: measureBump },
  { name: 'flip', title: 'flips, beside a start of the new set and a stop of the old', measure: measureFlip },
  { name: 'memory', title: 'memory under each runtime, and during flips', measure: measureMemory },
  {
    name: 'peers',
    title: 'other images under load: ours, docker compose, podman-compose, Ansible',
    measure: measurePeers,
  },
];

/**
 * The parts of a list such as `preview,flip`, in their own order.
 * @throws {InvalidArgumentError} naming those that there are
 */
export function chosenParts(list: string): Part[] {
  const names = list.split(',').map((name) => name.trim());
  const unknown = names.filter((name) => !parts.some((part) => part.name === name));
  if (unknown.length > 0)
    throw new InvalidArgumentError(
      `found ${unknown.map((name) => `"${name}"`).join(', ')}, expected a list of ${parts.map(({ name }) => name).join(', ')}.`,
    );
  return parts.filter((part) => names.includes(part.name));
}
