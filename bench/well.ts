import type { PulumiRun } from '../rehearsal/rehearsal.ts';

/** A run that must end well: there is nothing to measure in one that failed. */
export function well(run: PulumiRun): PulumiRun {
  if (run.code !== 0) throw new Error(`pulumi ended with ${run.code}:\n${run.output}`);
  return run;
}
