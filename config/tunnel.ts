import {
  type Access,
  accessAndPublic,
  checkTokenNames,
  hostName,
  nobodySaidWho,
  readAccess,
  readServiceTokens,
  type ServiceToken,
} from './access.ts';
import { type Origin, readOrigin } from './origin.ts';
import { type Problem, removeCommand, show, step } from './problem.ts';
import {
  boolean,
  defaulted,
  fields,
  integer,
  isObject,
  map,
  optional,
  type Read,
  required,
  text,
} from './read.ts';

/** Where a hostname leads, and who may go there. */
export interface Hostname {
  hostname: string;
  /** which of the service's ports, where it has several */
  port?: number;
  /** undefined: everybody, as the stack's file says by `public: true` */
  access?: Access;
  origin?: Origin;
}

/** A way to the host's own SSH server, for people who have no other. */
export interface SshHostname {
  hostname: string;
  /** where the host's SSH server listens */
  port: number;
  access: Access;
}

export interface TunnelConfig {
  accountId: string;
  zoneId: string;
  /** how many connectors keep the tunnel up */
  replicas: number;
  /** by service */
  hostnames: Record<string, Hostname>;
  serviceTokens: Record<string, ServiceToken>;
  ssh?: SshHostname;
}

const cloudflareId = (what: string) =>
  text({ what, example: '0123456789abcdef0123456789abcdef', pattern: /^[0-9a-f]{32}$/ });

const declared = fields<Hostname & { public: boolean }>({
  hostname: required(hostName),
  port: optional(integer({ what: 'a port that the service listens on', min: 1, max: 65535, example: 8000 })),
  public: defaulted(boolean, false),
  access: optional(readAccess),
  origin: optional(readOrigin),
});

/** Nothing is public because somebody forgot a line. */
const hostname: Read<Hostname> = (value, key, problems) => {
  if (typeof value === 'string') {
    problems.push(nobodySaidWho(key, value));
    return { hostname: value };
  }
  const read = declared(value, key, problems);
  if (!read) return undefined;
  const { public: open, ...rest } = read;
  const restricted = isObject(value) && value.access !== undefined;
  if (open && restricted) problems.push(accessAndPublic(key));
  if (!open && !restricted && rest.hostname) problems.push(nobodySaidWho(key, rest.hostname));
  return rest;
};

const tunnel = fields<TunnelConfig>({
  accountId: required(cloudflareId('the ID of a Cloudflare account: 32 hexadecimal digits')),
  zoneId: required(cloudflareId('the ID of a Cloudflare zone: 32 hexadecimal digits')),
  replicas: defaulted(integer({ what: 'a number of connectors', min: 1, max: 2, example: 2 }), 1),
  hostnames: required(map('service: {hostname, access}', hostname)),
  serviceTokens: defaulted(readServiceTokens, {}),
  ssh: optional(
    fields<SshHostname>({
      hostname: required(hostName),
      port: defaulted(integer({ what: 'a TCP port', min: 1, max: 65535, example: 22 }), 22),
      access: required(readAccess),
    }),
  ),
});

/** An empty object is no tunnel. */
export const readTunnel: Read<TunnelConfig | undefined> = (value, key, problems) => {
  if (isObject(value) && Object.keys(value).length === 0) return undefined;
  const read = tunnel(value, key, problems);
  if (read) problems.push(...checkTokens(read, key), ...checkDistinct(read, key));
  return read;
};

function checkTokens(
  { hostnames = {}, serviceTokens = {}, ssh }: Partial<TunnelConfig>,
  key: string,
): Problem[] {
  const known = Object.keys(serviceTokens);
  const rules = Object.entries(hostnames).map(
    ([service, { access }]) => [`${step(`${key}.hostnames`, service)}.access`, access] as const,
  );
  return [...rules, [`${key}.ssh.access`, ssh?.access] as const].flatMap(([at, access]) =>
    access ? checkTokenNames(access, at, known) : [],
  );
}

/** One host name cannot lead to two places. */
function checkDistinct({ hostnames = {}, ssh }: Partial<TunnelConfig>, key: string): Problem[] {
  const first = new Map<string, string>();
  const all = Object.entries(hostnames).map(
    ([service, { hostname }]) => [service, step(`${key}.hostnames`, service), hostname] as const,
  );
  return [...all, ['ssh', `${key}.ssh`, ssh?.hostname] as const].flatMap(([who, at, hostname]) => {
    if (hostname === undefined) return [];
    const other = first.get(hostname);
    first.set(hostname, other ?? who);
    const expected = `a host name of its own: ${other} has this one`;
    return other ? [{ key: at, found: show(hostname), expected, fix: removeCommand(at) }] : [];
  });
}

/** Name of the config in compose.yaml that holds cloudflared's rules; who mounts it connects the tunnel. */
export const rulesConfig = 'tunnel-config';

/** What a tunnel supplies to compose.yaml's `external` secrets and configs. */
export const supplied = { secrets: ['tunnel-token'], configs: [rulesConfig] };
