import { randomBytes, randomUUID } from 'node:crypto';
import type { Kind } from '../kind.ts';

const policyType = 'cloudflare:index/zeroTrustAccessPolicy:ZeroTrustAccessPolicy';

export const accessApplication: Kind = {
  replaces: { accountId: true, zoneId: true },
  references: { 'policies.id': policyType },
  check({ accountId, zoneId, type, domain, destinations }) {
    const failures = [];
    if ((accountId === undefined) === (zoneId === undefined)) {
      failures.push({ property: 'accountId', reason: "exactly one of 'accountId' and 'zoneId' is needed" });
    }
    if (type === 'self_hosted' && domain === undefined && destinations === undefined) {
      failures.push({
        property: 'domain',
        reason: "a self_hosted application needs 'domain' or 'destinations'",
      });
    }
    return failures;
  },
  id: () => randomUUID(),
  create: ({ inputs }) => ({
    // The audience that JWTs of this application carry.
    outputs: { aud: randomBytes(32).toString('hex'), sessionDuration: inputs.sessionDuration ?? '24h' },
  }),
};

export const accessPolicy: Kind = {
  replaces: { accountId: true },
  id: () => randomUUID(),
  create: ({ inputs }) => ({ outputs: { sessionDuration: inputs.sessionDuration ?? '24h' } }),
};
