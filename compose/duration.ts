import { parseDuration } from './units.ts';
import type { Value } from './value.ts';

/** Reads a duration in milliseconds. */
export function readDuration(value: Value, otherwise: number, least = 0): number {
  if (!value.there) return otherwise;
  const duration = parseDuration(value.string());
  if (duration !== undefined && duration >= least) return duration;
  value.complain({
    expected: `a duration${least > 0 ? ' above 0' : ''} in whole milliseconds, as in 1h5m30s20ms`,
    fix: 'write a number and a unit: h, m, s or ms',
  });
  return otherwise;
}
