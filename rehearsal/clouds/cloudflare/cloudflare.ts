import type { ResourceProvider } from '../../../provider/rpc/resourceProvider.ts';
import { simulatedCloud } from '../cloud.ts';
import type { EdgeHooks } from '../hooks.ts';
import type { Schema } from '../schema.ts';
import type { Store } from '../store.ts';
import schema from '../types/cloudflare.json' with { type: 'json' };
import { accessApplication, accessPolicy } from './access.ts';
import { dnsRecord, getZone, restoreRoutes, type Zones } from './dns.ts';
import { getToken, restoreTunnels, tunnel } from './tunnel.ts';

/** The provider `cloudflare`, whose network is the edge. */
export function cloudflare(store: Store, edge: EdgeHooks, zones: Zones): ResourceProvider {
  restoreTunnels(store, edge);
  restoreRoutes(store, edge, zones);
  return simulatedCloud({
    name: 'cloudflare',
    schema: schema as Schema,
    store,
    kinds: {
      'cloudflare:index/dnsRecord:DnsRecord': dnsRecord(edge, zones),
      'cloudflare:index/zeroTrustAccessApplication:ZeroTrustAccessApplication': accessApplication,
      'cloudflare:index/zeroTrustAccessPolicy:ZeroTrustAccessPolicy': accessPolicy,
      'cloudflare:index/zeroTrustTunnelCloudflared:ZeroTrustTunnelCloudflared': tunnel(edge),
    },
    functions: {
      'cloudflare:index/getZeroTrustTunnelCloudflaredToken:getZeroTrustTunnelCloudflaredToken':
        getToken(edge),
      'cloudflare:index/getZone:getZone': getZone(zones),
    },
  });
}
