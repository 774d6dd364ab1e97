import type { Kind } from '../kind.ts';
import { fingerprint, given, nameIn, nameRule, numericId, selfLink } from './names.ts';
import { schema } from './rules.ts';

const firewallSchema = (what: string) => schema('compute_firewall', what);

// What forces a replacement is taken from the provider's own schemas (ForceNew), where the typings are silent.

export const network: Kind = {
  configured: ['project'],
  replaces: {
    name: true,
    project: true,
    autoCreateSubnetworks: true,
    enableUlaInternalIpv6: true,
    internalIpv6Range: true,
    mtu: true,
    networkProfile: true,
    params: true,
  },
  rules: [nameRule],
  id: (draft) => `projects/${given(draft, 'project')}/global/networks/${given(draft, 'name')}`,
  create: (_draft, id) => ({
    outputs: { selfLink: selfLink(id), networkId: numericId(id), numericId: numericId(id), gatewayIpv4: '' },
  }),
};

export const subnetwork: Kind = {
  configured: ['project', 'region'],
  replaces: {
    name: true,
    project: true,
    region: true,
    network: true,
    description: true,
    purpose: true,
    reservedInternalRange: true,
    externalIpv6Prefix: true,
    ipCollection: true,
    params: true,
    // Google can only make a range larger.
    ipCidrRange: (old, now) => prefixLength(now) >= prefixLength(old),
  },
  references: { network: 'gcp:compute/network:Network' },
  rules: [
    nameRule,
    {
      rule: 'matches',
      at: 'ipCidrRange',
      pattern: /^\d{1,3}(\.\d{1,3}){3}\/([89]|[12]\d)$/,
      expected: "a range of addresses, such as '10.0.0.0/24', of 8 addresses at least",
      source: 'https://cloud.google.com/vpc/docs/subnets#valid-ranges',
    },
    {
      rule: 'atLeastOne',
      of: ['ipCidrRange', 'reservedInternalRange', 'ipCollection'],
      source: schema('compute_subnetwork', 'ip_cidr_range'),
    },
  ],
  id: (draft) =>
    `projects/${given(draft, 'project')}/regions/${given(draft, 'region')}/subnetworks/${given(draft, 'name')}`,
  create: ({ inputs }, id) => ({
    outputs: {
      selfLink: selfLink(id),
      creationTimestamp: new Date().toISOString(),
      gatewayAddress: firstAddress(String(inputs.ipCidrRange)),
      fingerprint: fingerprint(inputs),
      subnetworkId: Number(BigInt(numericId(id)) % 2n ** 50n),
    },
  }),
  update: ({ inputs }) => ({ outputs: { fingerprint: fingerprint(inputs) } }),
};

export const router: Kind = {
  configured: ['project', 'region'],
  replaces: {
    name: true,
    project: true,
    region: true,
    network: true,
    encryptedInterconnectRouter: true,
    nccGateway: true,
    params: true,
  },
  references: { network: 'gcp:compute/network:Network' },
  rules: [nameRule],
  id: (draft) =>
    `projects/${given(draft, 'project')}/regions/${given(draft, 'region')}/routers/${given(draft, 'name')}`,
  create: (_draft, id) => ({
    outputs: { selfLink: selfLink(id), creationTimestamp: new Date().toISOString() },
  }),
};

export const routerNat: Kind = {
  configured: ['project', 'region'],
  replaces: {
    name: true,
    project: true,
    region: true,
    router: true,
    endpointTypes: true,
    type: true,
    initialNatIps: true,
  },
  references: {
    router: 'gcp:compute/router:Router',
    'subnetworks.name': 'gcp:compute/subnetwork:Subnetwork',
  },
  rules: [
    nameRule,
    {
      rule: 'needs',
      set: 'subnetworks',
      other: 'sourceSubnetworkIpRangesToNat',
      value: 'LIST_OF_SUBNETWORKS',
      source: schema('compute_router_nat', 'subnetwork'),
    },
    {
      rule: 'needs',
      set: 'natIps',
      other: 'natIpAllocateOption',
      value: 'MANUAL_ONLY',
      source: schema('compute_router_nat', 'nat_ips'),
    },
    {
      rule: 'atMostOne',
      of: ['enableDynamicPortAllocation', 'enableEndpointIndependentMapping'],
      source: schema('compute_router_nat', 'enable_dynamic_port_allocation'),
    },
    {
      rule: 'atMostOne',
      of: ['natIps', 'initialNatIps'],
      source: schema('compute_router_nat', 'ConflictsWith'),
    },
    {
      rule: 'values',
      at: 'subnetworks.sourceIpRangesToNats',
      values: ['ALL_IP_RANGES', 'PRIMARY_IP_RANGE', 'LIST_OF_SECONDARY_IP_RANGES'],
      source: schema('compute_router_nat', 'source_ip_ranges_to_nat'),
    },
  ],
  id: (draft) =>
    [
      given(draft, 'project'),
      given(draft, 'region'),
      nameIn(given(draft, 'router')),
      given(draft, 'name'),
    ].join('/'),
};

export const firewall: Kind = {
  configured: ['project'],
  replaces: { name: true, project: true, network: true, direction: true, params: true },
  references: { network: 'gcp:compute/network:Network' },
  rules: [
    nameRule,
    { rule: 'exactlyOne', of: ['allows', 'denies'], source: firewallSchema('ExactlyOneOf') },
    // who is meant is said by accounts or by tags
    ...['sourceServiceAccounts', 'targetServiceAccounts'].flatMap((accounts) =>
      ['sourceTags', 'targetTags'].map((tags) => ({
        rule: 'atMostOne' as const,
        of: [accounts, tags],
        source: firewallSchema('ConflictsWith'),
      })),
    ),
    { rule: 'range', at: 'priority', min: 0, max: 65535, source: firewallSchema('priority') },
    ...['allows', 'denies'].map((list) => ({
      rule: 'matches' as const,
      at: `${list}.protocol`,
      pattern: /^(tcp|udp|icmp|esp|ah|sctp|ipip|all|\d+)$/,
      expected: 'tcp, udp, icmp, esp, ah, sctp, ipip, all, or the number of a protocol',
      source: firewallSchema('protocol'),
    })),
  ],
  check: ({ direction, sourceRanges, sourceTags, sourceServiceAccounts }) =>
    direction === 'EGRESS' || sourceRanges || sourceTags || sourceServiceAccounts
      ? []
      : [
          {
            property: 'sourceRanges',
            reason: `for INGRESS traffic, one of 'sourceRanges', 'sourceTags' and 'sourceServiceAccounts' is needed (${firewallSchema('CustomizeDiff')})`,
          },
        ],
  id: (draft) => `projects/${given(draft, 'project')}/global/firewalls/${given(draft, 'name')}`,
  create: (_draft, id) => ({
    outputs: { selfLink: selfLink(id), creationTimestamp: new Date().toISOString() },
  }),
};

function prefixLength(range: unknown): number {
  return Number(String(range).split('/')[1]);
}

/** `10.0.0.1` of `10.0.0.0/24`: the gateway. */
function firstAddress(range: string): string {
  return range.replace(/(\d+)\/\d+$/, (_, last) => String(Number(last) + 1));
}
