/** What is done to an instance, in the words of the host. */
export type StepKind = 'create' | 'switch' | 'park' | 'restore' | 'remove';

/** One step of a deployment. Times are milliseconds since the epoch. */
export interface Step {
  kind: StepKind;
  service: string;
  instance: string | null;
  runtime: string | null;
  startedAt: number;
  endedAt: number;
  failed: boolean;
}

/** A step in a few words: `create cortex-admin on podman`. */
export function stepName({ kind, service, runtime, failed }: Step): string {
  return `${kind} ${service}${runtime === null ? '' : ` on ${runtime}`}${failed ? ' (failed)' : ''}`;
}
