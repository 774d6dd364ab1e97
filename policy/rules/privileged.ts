import { containers } from '../container.ts';
import { resourceRule } from '../rule.ts';

/** With each of these a process in a container becomes root of the host. */
const rootLike = new Set(
  'ALL BPF DAC_READ_SEARCH MAC_ADMIN MAC_OVERRIDE NET_ADMIN SYS_ADMIN SYS_BOOT SYS_MODULE SYS_PTRACE SYS_RAWIO'.split(
    ' ',
  ),
);

export const privileged = resourceRule({
  name: 'no-privileged-container',
  description: 'No container may take over its host.',
  options: {},
  checks: containers(({ privileged, capAdd, unconfined, hostNamespaces }) => [
    ...(privileged ? ['is privileged: name the capabilities that it needs'] : []),
    ...capAdd
      .filter((name) => rootLike.has(name))
      .map((name) => `adds the capability ${name}, which is as good as root on the host: do without it`),
    ...unconfined.map((option) => `has ${option}: leave the engine's own filter on`),
    ...hostNamespaces.map((name) => `is in the ${name} namespace of the host: give it its own`),
  ]),
});
