import { fields, integer, isObject, map, optional, type Read, required, text } from './read.ts';

/** Where a hostname leads: a service, and which of its ports where it has several. */
export interface Hostname {
  hostname: string;
  port?: number;
}

export interface TunnelConfig {
  accountId: string;
  zoneId: string;
  /** by service */
  hostnames: Record<string, Hostname>;
}

const cloudflareId = (what: string) =>
  text({ what, example: '0123456789abcdef0123456789abcdef', pattern: /^[0-9a-f]{32}$/ });

const name = text({
  what: 'a host name',
  example: 'admin.example.com',
  pattern: /^([a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?\.)+[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/,
});

const withPort = fields<Hostname>({
  hostname: required(name),
  port: optional(integer({ what: 'a port that the service listens on', min: 1, max: 65535, example: 8000 })),
});

/** `admin.example.com`, or an object with `hostname` and `port`. */
const hostname: Read<Hostname> = (value, key, problems) => {
  if (isObject(value)) return withPort(value, key, problems);
  const read = name(value, key, problems);
  return read === undefined ? undefined : { hostname: read };
};

const tunnel = fields<TunnelConfig>({
  accountId: required(cloudflareId('the ID of a Cloudflare account: 32 hexadecimal digits')),
  zoneId: required(cloudflareId('the ID of a Cloudflare zone: 32 hexadecimal digits')),
  hostnames: required(map('service: host name', hostname)),
});

/** An empty object is no tunnel. */
export const readTunnel: Read<TunnelConfig | undefined> = (value, key, problems) =>
  isObject(value) && Object.keys(value).length === 0 ? undefined : tunnel(value, key, problems);

/** What a tunnel supplies to compose.yaml's `external` secrets and configs. */
export const supplied = { secrets: ['tunnel-token'], configs: ['tunnel-config'] };
