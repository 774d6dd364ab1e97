import type { Kind } from '../kind.ts';
import { fingerprint, given, nameFailure, nameIn, numericId, selfLink } from './names.ts';

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
  check: ({ name }) => nameFailure(name),
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
  check: ({ name }) => nameFailure(name),
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
  check: ({ name }) => nameFailure(name),
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
  check: ({ name, sourceSubnetworkIpRangesToNat, subnetworks }) => {
    const failures = nameFailure(name);
    if (subnetworks && sourceSubnetworkIpRangesToNat !== 'LIST_OF_SUBNETWORKS') {
      failures.push({
        property: 'subnetworks',
        reason: `subnetworks are only allowed with sourceSubnetworkIpRangesToNat 'LIST_OF_SUBNETWORKS'`,
      });
    }
    return failures;
  },
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
  check: ({ name, allows, denies, direction, sourceRanges, sourceTags, sourceServiceAccounts }) => {
    const failures = nameFailure(name);
    const refuse = (property: string, reason: string) => failures.push({ property, reason });
    if (allows === undefined && denies === undefined)
      refuse('allows', "one of 'allows' and 'denies' is needed");
    if (allows !== undefined && denies !== undefined)
      refuse('denies', "'allows' and 'denies' exclude each other");
    if (direction !== 'EGRESS' && !sourceRanges && !sourceTags && !sourceServiceAccounts) {
      refuse(
        'sourceRanges',
        "for INGRESS traffic, one of 'sourceRanges', 'sourceTags' and 'sourceServiceAccounts' is needed",
      );
    }
    return failures;
  },
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
