import type { Problem } from './problem.ts';

/** The clouds and tools that a rehearsal simulates. */
const simulated = ['gcp', 'cloudflare', 'command', 'docker'];

/**
 * A rehearsal's stack holds made-up accounts. Outside of a rehearsal, where providers would be the real
 * ones, its program refuses to run.
 */
export function bareRun(environment: Record<string, string | undefined>): Problem | undefined {
  const served = (environment.PULUMI_DEBUG_PROVIDERS ?? '').split(',').map((entry) => entry.split(':')[0]);
  const missing = simulated.filter((provider) => !served.includes(provider));
  if (environment.CORTEX_REHEARSAL && missing.length === 0) return undefined;
  const found = environment.CORTEX_REHEARSAL
    ? `no simulation of ${missing.join(', ')}`
    : '`pulumi` was not started by a rehearsal';
  return {
    key: 'cortex:rehearsal',
    found,
    expected: 'simulated clouds: this stack must never reach real ones',
    fix: 'npm run rehearse',
  };
}
