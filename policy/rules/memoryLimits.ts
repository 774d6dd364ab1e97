import { containers } from '../container.ts';
import { resourceRule } from '../rule.ts';

export const memoryLimits = resourceRule({
  name: 'memory-limits',
  description: 'Every container has a memory limit, so that one cannot take the host from all others.',
  options: {},
  checks: containers(({ memoryBytes }) =>
    memoryBytes > 0 ? [] : ['has no memory limit: set one, as in mem_limit: 512m'],
  ),
});
