import type { ServiceSpec } from './service.ts';

/** Compose's own default for `stop_grace_period` is already in the spec; this bounds how long a drain may take. */
const longestDrainSeconds = 10;

/** Without a health check there is nothing to wait for but that the container stays up. */
const unprobedSeconds = 15;

const shortestHealthSeconds = 15;

/** How long requests that are under way may take before their instance is stopped, seconds. */
export function drainSeconds(spec: ServiceSpec): number {
  return spec.ports.length === 0 ? 0 : Math.min(longestDrainSeconds, graceSeconds(spec));
}

/** How long an instance may take to stop, seconds. */
export function graceSeconds(spec: ServiceSpec): number {
  return Math.ceil(spec.stopGraceMs / 1000);
}

/** How long a new instance may take to become healthy: as long as the engine itself would give it, seconds. */
export function healthSeconds(spec: ServiceSpec): number {
  if (!spec.health) return unprobedSeconds;
  const { startPeriodMs, intervalMs, timeoutMs, retries } = spec.health;
  return Math.max(
    shortestHealthSeconds,
    Math.ceil((startPeriodMs + retries * intervalMs + timeoutMs) / 1000),
  );
}

/** How long the parking of an instance may take before the host brings it back, seconds. */
export function patienceSeconds(spec: ServiceSpec): number {
  return drainSeconds(spec) + graceSeconds(spec) + 30;
}

/** How long a request is held while its writer moves: drain, stop, start and one retry more, milliseconds. */
export function holdMs(spec: ServiceSpec): number {
  return 1000 * (drainSeconds(spec) + graceSeconds(spec) + healthSeconds(spec)) + 1000;
}
