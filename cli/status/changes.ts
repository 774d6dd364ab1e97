import { type Change, changeText, propertyOf, type Whose } from '../../provider/change.ts';
import { instanceDrift, type TextDiff } from '../../provider/drift.ts';
import { containerOf, type Reading } from '../../provider/reading.ts';
import type { AppliedService } from '../state.ts';

/** A property of a service that is not as it was applied last. */
export interface StatusChange {
  property: string;
  applied: Change['applied'];
  live: Change['now'];
  whose: Whose;
  /** of a file: the lines that differ */
  text?: string;
}

/** What the host has otherwise than the last `up` left it, and whose doing that is. No secret is in it. */
export function liveChanges(
  stack: string,
  applied: AppliedService | undefined,
  reading: Reading,
  textDiff: TextDiff,
): Change[] {
  if (!applied?.spec || !applied.baseline?.observed) return [];
  const { runtime, instance, host, spec, baseline } = applied;
  const container = containerOf(reading, runtime, instance);
  if (!container) return [];
  // secrets stay encrypted in the state: there are none here to be compared with, but for their digests
  const stored = { host, stack, runtime, name: instance, spec, secrets: {} };
  const found = instanceDrift({ stored, baseline, container, reading }, textDiff);
  // whether it runs is told as how it is
  return found.filter(({ path }) => path[0] !== 'state');
}

/** For programs. */
export function statusChange(change: Change): StatusChange {
  const { applied, now: live, whose, text } = change;
  return { property: propertyOf(change), applied, live, whose, ...(text && { text }) };
}

/** For people, in a line. */
export function changeRemark({ path, applied, now, whose }: Change): string {
  return `${changeText({ path, applied, now, whose })}: pulumi up puts it right`;
}
