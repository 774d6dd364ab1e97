import { duration, hostName } from './access.ts';
import { type Problem, removeCommand, setCommand } from './problem.ts';
import { boolean, fields, integer, optional, type Read, text, word } from './read.ts';

export const schemes = ['http', 'https', 'tcp'] as const;

/**
 * How cloudflared talks to a service: the keys of its own `originRequest`, and the scheme of its URL. Those
 * that would need a file in its container (`caPool`), open a proxy (`bastionMode`, `proxyType`…) or concern
 * addresses of two families are left out.
 */
export interface Origin {
  /** default: the port's own protocol */
  scheme?: (typeof schemes)[number];
  connectTimeout?: string;
  tlsTimeout?: string;
  tcpKeepAlive?: string;
  keepAliveConnections?: number;
  keepAliveTimeout?: string;
  httpHostHeader?: string;
  originServerName?: string;
  noTLSVerify?: boolean;
  http2Origin?: boolean;
  disableChunkedEncoding?: boolean;
}

const origin = fields<Origin>({
  scheme: optional(word(schemes)),
  connectTimeout: optional(duration('a time to connect', '30s')),
  tlsTimeout: optional(duration('a time for the TLS handshake', '10s')),
  tcpKeepAlive: optional(duration('a time between probes', '30s')),
  keepAliveConnections: optional(
    integer({ what: 'a number of idle connections', min: 0, max: 10_000, example: 100 }),
  ),
  keepAliveTimeout: optional(duration('a time to keep an idle connection', '90s')),
  httpHostHeader: optional(
    text({ what: 'a host name, perhaps with a port', example: 'localhost', pattern: /^[\w.-]+(:\d+)?$/ }),
  ),
  originServerName: optional(hostName),
  noTLSVerify: optional(boolean),
  http2Origin: optional(boolean),
  disableChunkedEncoding: optional(boolean),
});

/** They say how TLS is spoken. HTTP/2 is spoken over TLS only. */
const tlsOnly = ['tlsTimeout', 'originServerName', 'noTLSVerify', 'http2Origin'] as const;

export const readOrigin: Read<Origin> = (value, key, problems) => {
  const read = origin(value, key, problems);
  if (read && read.scheme !== 'https')
    problems.push(...tlsOnly.filter((name) => read[name] !== undefined).map((name) => needsTls(key, name)));
  return read;
};

function needsTls(key: string, name: string): Problem {
  return {
    key: `${key}.${name}`,
    found: 'an option of TLS',
    expected: 'scheme: https beside it',
    fix: `${setCommand(`${key}.scheme`, 'https')}, or ${removeCommand(`${key}.${name}`)}`,
  };
}
