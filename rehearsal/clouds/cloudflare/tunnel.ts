import { randomBytes, randomUUID } from 'node:crypto';
import { Secret } from '../../../provider/rpc/value.ts';
import type { CloudFunction } from '../cloud.ts';
import type { EdgeHooks } from '../hooks.ts';
import type { Kind } from '../kind.ts';
import type { Store } from '../store.ts';

const type = 'cloudflare:index/zeroTrustTunnelCloudflared:ZeroTrustTunnelCloudflared';

export function tunnel({ tunnels }: EdgeHooks): Kind {
  return {
    replaces: { accountId: true, configSrc: true },
    check: ({ tunnelSecret }) => {
      // The SDK makes it a secret, always.
      const secret = tunnelSecret instanceof Secret ? tunnelSecret.value : tunnelSecret;
      if (typeof secret !== 'string' || Buffer.from(secret, 'base64').length >= 32) return [];
      return [
        {
          property: 'tunnelSecret',
          reason: 'the secret is too short: expected at least 32 bytes, in base64',
        },
      ];
    },
    id: () => randomUUID(),
    create({ inputs }, id) {
      const secret = String(inputs.tunnelSecret ?? randomBytes(32).toString('base64'));
      tunnels.create(id, secret);
      return {
        outputs: {
          accountTag: inputs.accountId ?? null,
          configSrc: inputs.configSrc ?? 'local',
          createdAt: new Date().toISOString(),
          metadata: '{}',
          remoteConfig: inputs.configSrc === 'cloudflare',
          tunType: 'cfd_tunnel',
        },
        hidden: { secret },
      };
    },
    read: ({ id, outputs }) => ({ ...outputs, status: tunnels.connectors(id) > 0 ? 'healthy' : 'inactive' }),
    update({ inputs }, { id, hidden }) {
      const secret = String(inputs.tunnelSecret ?? hidden.secret);
      if (secret === hidden.secret) return {};
      tunnels.rotate(id, secret);
      return { hidden: { secret } };
    },
    delete({ id }) {
      const connectors = tunnels.connectors(id);
      if (connectors > 0) {
        throw new Error(
          `error 1022: cannot delete tunnel '${id}' because it has active connections (${connectors}): stop its connectors first`,
        );
      }
      tunnels.delete(id);
    },
  };
}

/** What `cloudflared tunnel run --token` takes, and where the edge is, which cloudflared knows by itself. */
export function getToken(edge: EdgeHooks): CloudFunction {
  return ({ accountId, tunnelId }, { store }) => {
    const stored = store.get(type, String(tunnelId));
    if (!stored || stored.inputs.accountId !== accountId) {
      throw new Error(`account '${accountId}' has no tunnel '${tunnelId}'`);
    }
    const token = { a: accountId, t: tunnelId, s: stored.hidden.secret, e: edge.address };
    return { id: String(tunnelId), token: Buffer.from(JSON.stringify(token)).toString('base64') };
  };
}

/** Tells an edge that has just started of the tunnels that are there. */
export function restoreTunnels(store: Store, { tunnels }: EdgeHooks): void {
  for (const { id, hidden } of store.list(type)) tunnels.create(id, String(hidden.secret));
}
