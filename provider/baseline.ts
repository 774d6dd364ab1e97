import type { Observed } from './observed.ts';

/** What was found right after the creation: what later readings are compared with. */
export interface Baseline {
  observed: Observed;
  /** path -> sha256 */
  files: Record<string, string>;
  /** secret -> keyed digest */
  secrets: Record<string, string>;
  /** the container's own id, and the version of the engine that made it */
  made?: { id: string; engine: string };
}

/**
 * As it is kept in the state: one string. The engine writes each property of each resource into its log whenever it
 * hands it on, a dozen times in a preview; a property for each file and each variable was half of what it wrote.
 */
export function baselineText(baseline: Baseline): string {
  return JSON.stringify(baseline);
}

/** @throws for an instance that this provider has not made */
export function parseBaseline(kept: unknown): Baseline {
  // as states had it before
  if (typeof kept === 'object' && kept !== null) return kept as Baseline;
  if (typeof kept === 'string') return JSON.parse(kept) as Baseline;
  throw new Error(
    'the state does not say how the instance was found when it was made. Expected `baseline`, which `pulumi up` ' +
      'writes: pulumi import cannot take an instance in, cortex adopt can.',
  );
}
