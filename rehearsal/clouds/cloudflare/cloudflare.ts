import type { ResourceProvider } from '../../../provider/rpc/resourceProvider.ts';
import { simulatedCloud } from '../cloud.ts';
import type { EdgeHooks } from '../hooks.ts';
import type { Schema } from '../schema.ts';
import type { Store } from '../store.ts';
import schema from '../types/cloudflare.json' with { type: 'json' };
import {
  accessApplication,
  accessPolicy,
  getOrganization,
  protectedHostnames,
  serviceToken,
} from './access.ts';
import { dnsRecord, getZone, restoreRoutes, type Zones } from './dns.ts';
import { getToken, restoreTunnels, tunnel } from './tunnel.ts';

/** The provider `cloudflare`, whose network is the edge. */
export function cloudflare(store: Store, edge: EdgeHooks, zones: Zones): ResourceProvider {
  restoreTunnels(store, edge);
  restoreRoutes(store, edge, zones);
  const protect = () => edge.protect(protectedHostnames(store));
  protect();
  return simulatedCloud({
    name: 'cloudflare',
    schema: schema as Schema,
    store,
    changed: protect,
    kinds: {
      'cloudflare:index/dnsRecord:DnsRecord': dnsRecord(edge, zones),
      'cloudflare:index/zeroTrustAccessApplication:ZeroTrustAccessApplication': accessApplication(zones),
      'cloudflare:index/zeroTrustAccessPolicy:ZeroTrustAccessPolicy': accessPolicy,
      'cloudflare:index/zeroTrustAccessServiceToken:ZeroTrustAccessServiceToken': serviceToken,
      'cloudflare:index/zeroTrustTunnelCloudflared:ZeroTrustTunnelCloudflared': tunnel(edge),
    },
    functions: {
      'cloudflare:index/getZeroTrustOrganization:getZeroTrustOrganization': getOrganization,
      'cloudflare:index/getZeroTrustTunnelCloudflaredToken:getZeroTrustTunnelCloudflaredToken':
        getToken(edge),
      'cloudflare:index/getZone:getZone': getZone(zones),
    },
  });
}
