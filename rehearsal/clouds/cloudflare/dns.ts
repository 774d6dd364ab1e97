import { randomBytes } from 'node:crypto';
import { hasUnknown } from '../../../provider/rpc/value.ts';
import type { CloudFunction } from '../cloud.ts';
import type { EdgeHooks } from '../hooks.ts';
import type { Kind } from '../kind.ts';
import type { PlainProps, Store, Stored } from '../store.ts';

const type = 'cloudflare:index/dnsRecord:DnsRecord';
const addresses = ['A', 'AAAA', 'CNAME'];

/** Zones of the account: id → domain. */
export type Zones = Record<string, string>;

export function dnsRecord({ routes }: EdgeHooks, zones: Zones): Kind {
  const point = (inputs: PlainProps) => {
    const tunnelId = tunnelOf(inputs);
    if (tunnelId) routes.set(hostname(inputs, zones), tunnelId);
  };
  const unpoint = (inputs: PlainProps) => {
    if (tunnelOf(inputs)) routes.delete(hostname(inputs, zones));
  };
  return {
    replaces: { zoneId: true },
    check({ content, data, ttl, proxied }) {
      const failures = [];
      if (content === undefined && data === undefined) {
        failures.push({ property: 'content', reason: "one of 'content' and 'data' is needed" });
      }
      if (typeof ttl === 'number' && ttl !== 1 && (ttl < 60 || ttl > 86400)) {
        failures.push({ property: 'ttl', reason: `ttl is ${ttl}; expected 1 (automatic) or 60 to 86400` });
      }
      if (proxied === true && ttl !== 1 && !hasUnknown(ttl)) {
        failures.push({
          property: 'ttl',
          reason: `ttl is ${String(ttl)}; a record that is proxied has ttl 1`,
        });
      }
      return failures;
    },
    id: () => randomBytes(16).toString('hex'),
    create({ inputs, cloud }) {
      requireFree(inputs, zones, cloud.store.list(type));
      point(inputs);
      const now = new Date().toISOString();
      return {
        outputs: {
          createdOn: now,
          modifiedOn: now,
          proxiable: addresses.includes(String(inputs.type)),
          meta: '{}',
        },
      };
    },
    update({ inputs, cloud }, stored) {
      requireFree(
        inputs,
        zones,
        cloud.store.list(type).filter(({ id }) => id !== stored.id),
      );
      unpoint(stored.inputs);
      point(inputs);
      return { outputs: { modifiedOn: new Date().toISOString() } };
    },
    delete: ({ inputs }) => unpoint(inputs),
  };
}

export function getZone(zones: Zones): CloudFunction {
  return ({ zoneId, filter }) => {
    const wanted = (filter as PlainProps | null | undefined)?.name;
    const found = Object.entries(zones).find(([id, name]) => id === zoneId || (wanted && name === wanted));
    if (!found) throw new Error(`there is no zone '${zoneId ?? wanted}': there are ${listed(zones)}`);
    const [id, name] = found;
    return {
      id,
      zoneId: id,
      name,
      status: 'active',
      paused: false,
      type: 'full',
      nameServers: ['ns1.invalid', 'ns2.invalid'],
    };
  };
}

/** Tells an edge that has just started of the hostnames that lead to tunnels. */
export function restoreRoutes(store: Store, { routes }: EdgeHooks, zones: Zones): void {
  for (const { inputs } of store.list(type)) {
    const tunnelId = tunnelOf(inputs);
    if (tunnelId) routes.set(hostname(inputs, zones), tunnelId);
  }
}

/** The tunnel that a record leads to: a proxied CNAME of `<id>.cfargotunnel.com`. */
function tunnelOf({ type: kind, content, proxied }: PlainProps): string | undefined {
  if (kind !== 'CNAME' || proxied !== true) return undefined;
  return /^(.+)\.cfargotunnel\.com$/.exec(String(content))?.[1];
}

/** Names are relative to the zone, or have it at their end. */
function hostname({ name, zoneId }: PlainProps, zones: Zones): string {
  const zone = zones[String(zoneId)];
  if (zone === undefined) throw new Error(`there is no zone '${zoneId}': there are ${listed(zones)}`);
  if (name === '@' || name === zone) return zone;
  return String(name).endsWith(`.${zone}`) ? String(name) : `${name}.${zone}`;
}

/** @throws when another record of this host excludes the new one */
function requireFree(inputs: PlainProps, zones: Zones, records: Stored[]): void {
  const host = hostname(inputs, zones);
  const other = records.find(
    (record) =>
      hostname(record.inputs, zones) === host &&
      addresses.includes(String(record.inputs.type)) &&
      addresses.includes(String(inputs.type)) &&
      (inputs.type === 'CNAME' || record.inputs.type === 'CNAME' || record.inputs.content === inputs.content),
  );
  if (other) {
    throw new Error(`error 81053: an A, AAAA or CNAME record of '${host}' already exists (${other.id})`);
  }
}

function listed(zones: Zones): string {
  return Object.entries(zones)
    .map(([id, name]) => `${name} (${id})`)
    .join(', ');
}
