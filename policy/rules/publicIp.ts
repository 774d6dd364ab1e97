import type { InstanceArgs } from '@pulumi/gcp/compute/instance.js';
import type { InstanceTemplateArgs } from '@pulumi/gcp/compute/instanceTemplate.js';
import { of, resourceRule } from '../rule.ts';

interface Interface {
  accessConfigs?: unknown[];
  ipv6AccessConfigs?: unknown[];
}

interface Chosen extends Record<string, boolean> {
  chosen: boolean;
}

export const publicIp = resourceRule<Chosen>({
  name: 'no-public-ip',
  description: 'No machine has a public address, unless that was chosen.',
  options: { chosen: false },
  checks: {
    'gcp:compute/instance:Instance': of<InstanceArgs, Chosen>(({ networkInterfaces }, _, { chosen }) =>
      chosen ? [] : addresses(networkInterfaces as Interface[]),
    ),
    'gcp:compute/instanceTemplate:InstanceTemplate': of<InstanceTemplateArgs, Chosen>(
      ({ networkInterfaces }, _, { chosen }) => (chosen ? [] : addresses(networkInterfaces as Interface[])),
    ),
  },
});

/** An access config is the address, also when it is empty: Google chooses one then. */
function addresses(interfaces: Interface[] = []): string[] {
  return interfaces.flatMap(({ accessConfigs = [], ipv6AccessConfigs = [] }, index) =>
    accessConfigs.length + ipv6AccessConfigs.length === 0
      ? []
      : [
          `has a public address on its network interface ${index}: use Cloud NAT, or say that it was chosen ` +
            '(--policy-pack-config: {"no-public-ip": {"chosen": true}})',
        ],
  );
}
