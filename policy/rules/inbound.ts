import { BlockList, isIP } from 'node:net';
import type { FirewallArgs } from '@pulumi/gcp/compute/firewall.js';
import type { ForwardingRuleArgs } from '@pulumi/gcp/compute/forwardingRule.js';
import type { NetworkFirewallPolicyRuleArgs } from '@pulumi/gcp/compute/networkFirewallPolicyRule.js';
import { instanceType, specOf } from '../container.ts';
import { of, resourceRule, unknown } from '../rule.ts';

/** Not the internet: private ranges, this machine, and those from which Google's IAP forwards TCP. */
const inside = [
  '10.0.0.0/8',
  '172.16.0.0/12',
  '192.168.0.0/16',
  '127.0.0.0/8',
  '35.235.240.0/20',
  'fc00::/7',
].map((range) => {
  const { address, prefix } = parse(range);
  const list = new BlockList();
  list.addSubnet(address, prefix, family(address));
  return { prefix, list };
});

const policyRule = of<NetworkFirewallPolicyRuleArgs>(({ direction, action, disabled, match }) => {
  if (direction !== 'INGRESS' || !/^allow$/i.test(action) || disabled) return [];
  const { srcIpRanges = [], srcSecureTags = [] } = match;
  return srcIpRanges.length === 0 && srcSecureTags.length > 0 ? [] : fromOutside(srcIpRanges);
});

const forwarding = of<ForwardingRuleArgs>(({ loadBalancingScheme = 'EXTERNAL' }) =>
  loadBalancingScheme.startsWith('EXTERNAL')
    ? ['is a load balancer that the internet reaches: use the tunnel, or loadBalancingScheme INTERNAL']
    : [],
);

/** No range at all is every address. */
function fromOutside(ranges: readonly string[]): string[] {
  const found = ranges.length === 0 ? ['0.0.0.0/0'] : ranges.filter((range) => !isInside(range));
  return found.map(
    (range) => `lets in ${range}: expected 35.235.240.0/20, from which IAP comes, or a private range`,
  );
}

/** Whether an address or a range is within those above. */
function isInside(range: string): boolean {
  if (range === unknown) return true;
  const { address, prefix } = parse(range);
  return (
    isIP(address) !== 0 &&
    inside.some((one) => prefix >= one.prefix && one.list.check(address, family(address)))
  );
}

function parse(range: string): { address: string; prefix: number } {
  const [address = '', prefix] = range.split('/');
  return { address, prefix: prefix === undefined ? 128 : Number(prefix) };
}

function family(address: string): 'ipv4' | 'ipv6' {
  return isIP(address) === 6 ? 'ipv6' : 'ipv4';
}

export const inbound = resourceRule({
  name: 'no-inbound-from-internet',
  description: 'Nothing on the internet can open a connection: the tunnel dials out, and people come by IAP.',
  options: {},
  checks: {
    'gcp:compute/firewall:Firewall': of<FirewallArgs>((rule) => {
      if (rule.direction === 'EGRESS' || rule.disabled || !rule.allows?.length) return [];
      const { sourceRanges = [], sourceTags = [], sourceServiceAccounts = [] } = rule;
      // by tag or account it is about machines of the network itself
      if (sourceRanges.length === 0 && sourceTags.length + sourceServiceAccounts.length > 0) return [];
      return fromOutside(sourceRanges);
    }),
    'gcp:compute/networkFirewallPolicyRule:NetworkFirewallPolicyRule': policyRule,
    'gcp:compute/regionNetworkFirewallPolicyRule:RegionNetworkFirewallPolicyRule': policyRule,
    'gcp:compute/forwardingRule:ForwardingRule': forwarding,
    'gcp:compute/globalForwardingRule:GlobalForwardingRule': forwarding,
    [instanceType]: of<{ spec: object }>(({ spec }) =>
      specOf(spec).ports.flatMap(({ published }) =>
        published
          .filter(({ address }) => !isInside(address))
          .map(
            ({ address, port }) =>
              `is published on ${address}:${port} of its host: publish it on 127.0.0.1, and let the tunnel serve it`,
          ),
      ),
    ),
  },
});
