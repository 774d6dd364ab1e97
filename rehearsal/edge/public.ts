import { randomBytes } from 'node:crypto';
import {
  createServer,
  type IncomingMessage,
  type OutgoingHttpHeaders,
  type Server,
  type ServerResponse,
  request as sendRequest,
} from 'node:http';
import type { Socket } from 'node:net';
import { pipeline } from 'node:stream';
import type { Access, Verdict } from './access.ts';
import { type EdgeError, edgeErrors, errorPage } from './errors.ts';
import type { Tunnels } from './tunnels.ts';

/** How long Cloudflare waits for an origin's first byte before it answers 524. */
const answerTimeoutMs = 100_000;

/** How long a request waits for its connector to open a data connection: longer than that tries (connector.py). */
const openTimeoutMs = 30_000;

/** Headers that are between two neighbours and go no further (RFC 9110, 7.6.1). */
const hopByHop = new Set([
  'connection',
  'expect',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

/** hostname → tunnel, as the zone's DNS records say */
export type Routes = Map<string, string>;

/** What the edge knows of the hostnames that are asked for. */
export interface Front {
  tunnels: Tunnels;
  routes: Routes;
  access: Access;
}

/**
 * The side of the edge that browsers see. Each request is sent once, over a connection of its own through one
 * of the tunnel's live connectors; what fails is answered with Cloudflare's status for it.
 */
export function publicServer(front: Front): Server {
  // A browser's idle connection is never closed: a request sent just then would be lost to no one's fault.
  const server = createServer({ keepAliveTimeout: 0, requestTimeout: 0 }, (request, response) => {
    forward(front, request, response);
  });
  server.on('upgrade', (request: IncomingMessage, socket: Socket, head: Buffer) => {
    upgrade(front, request, socket, head);
  });
  return server;
}

async function forward(front: Front, request: IncomingMessage, response: ServerResponse) {
  const verdict = ask(front, request);
  if (!verdict.go) {
    response.writeHead(verdict.status, refusal(verdict)).end();
    request.resume();
    return;
  }
  const fail = (error: EdgeError) => {
    if (response.headersSent) {
      response.destroy();
      return;
    }
    response.writeHead(error.status, { 'content-type': 'text/html; charset=utf-8' });
    response.end(errorPage(error, hostname(request)));
    request.resume();
  };
  const data = await connect(front, request);
  if ('status' in data) {
    fail(data);
    return;
  }
  if (response.closed) {
    data.destroy();
    return;
  }
  const upstream = sendRequest({
    createConnection: () => data,
    method: request.method,
    path: request.url,
    headers: { ...forwarded(request, verdict), connection: 'close' },
    // The header above is the browser's own.
    setHost: false,
  });
  let late = false;
  let deadline: NodeJS.Timeout | undefined;
  upstream.on('finish', () => {
    deadline = setTimeout(() => {
      late = true;
      upstream.destroy();
    }, answerTimeoutMs);
  });
  upstream.on('response', (answer) => {
    clearTimeout(deadline);
    response.writeHead(answer.statusCode ?? 502, answer.statusMessage, endToEnd(answer));
    // An event stream's first event may be far away; its headers are not.
    response.flushHeaders();
    pipeline(answer, response, () => data.destroy());
  });
  upstream.on('error', () => {
    clearTimeout(deadline);
    fail(late ? edgeErrors.originTimeout : edgeErrors.originFailed);
  });
  response.on('close', () => {
    clearTimeout(deadline);
    data.destroy();
  });
  // Not `pipeline`: an origin that answers before it has read the body is not an error of the browser's.
  request.pipe(upstream);
}

async function upgrade(front: Front, request: IncomingMessage, socket: Socket, head: Buffer) {
  socket.on('error', () => socket.destroy());
  const verdict = ask(front, request);
  if (!verdict.go) {
    const lines = Object.entries(refusal(verdict)).map(([name, value]) => `${name}: ${value}\r\n`);
    socket.end(`HTTP/1.1 ${verdict.status} Access\r\n${lines.join('')}connection: close\r\n\r\n`);
    return;
  }
  const data = await connect(front, request);
  if ('status' in data) {
    const page = errorPage(data, hostname(request));
    socket.end(
      `HTTP/1.1 ${data.status} ${data.title}\r\ncontent-type: text/html; charset=utf-8\r\n` +
        `content-length: ${Buffer.byteLength(page)}\r\nconnection: close\r\n\r\n${page}`,
    );
    return;
  }
  const headers = Object.entries({
    ...forwarded(request, verdict),
    connection: 'Upgrade',
    upgrade: request.headers.upgrade,
  });
  const lines = headers.flatMap(([name, value]) => [value].flat().map((one) => `${name}: ${one}`));
  data.write(`${request.method} ${request.url} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`);
  data.write(head);
  const close = () => {
    socket.destroy();
    data.destroy();
  };
  pipeline(socket, data, (error) => error && close());
  pipeline(data, socket, (error) => error && close());
}

/** A name that leads nowhere is nobody's to protect. */
function ask({ routes, access }: Front, request: IncomingMessage): Verdict {
  const name = hostname(request);
  return routes.has(name)
    ? access.decide(name, request.url ?? '/', request.headers)
    : { go: true, jwt: undefined };
}

function refusal(verdict: Verdict & { go: false }): Record<string, string> {
  return { 'content-length': '0', ...(verdict.status === 302 && { location: verdict.location }) };
}

/** What goes on to the connector. Where Access let it through, its signature stands for the secret. */
function forwarded(request: IncomingMessage, { jwt }: Verdict & { go: true }): OutgoingHttpHeaders {
  const headers = endToEnd(request);
  if (jwt === undefined) return headers;
  const { 'cf-access-client-id': _id, 'cf-access-client-secret': _secret, ...rest } = headers;
  return { ...rest, 'cf-access-jwt-assertion': jwt };
}

/** A data connection for this request, or why there is none. */
async function connect({ tunnels, routes }: Front, request: IncomingMessage): Promise<Socket | EdgeError> {
  const tunnel = routes.get(hostname(request));
  if (tunnel === undefined) return edgeErrors.unknownHost;
  for (;;) {
    const connector = tunnels.next(tunnel);
    if (!connector) return edgeErrors.noConnector;
    try {
      return await connector.take(openTimeoutMs);
    } catch {
      // One that left meanwhile has seen nothing of the request: another may have it.
      if (connector.live) return edgeErrors.originFailed;
    }
  }
}

/** The name that was asked for, without its port. */
function hostname(request: IncomingMessage): string {
  return (request.headers.host ?? '').replace(/:\d+$/, '').toLowerCase();
}

/** The headers that are for the other end, and on a request those that Cloudflare adds. */
function endToEnd(message: IncomingMessage): OutgoingHttpHeaders {
  const named = (message.headers.connection ?? '').split(',').map((name) => name.trim().toLowerCase());
  const kept = Object.entries(message.headersDistinct).filter(
    ([name]) => !hopByHop.has(name) && !named.includes(name),
  );
  const headers: OutgoingHttpHeaders = Object.fromEntries(kept);
  if (message.method === undefined) return headers;
  const visitor = message.socket.remoteAddress ?? '';
  return {
    ...headers,
    'cf-connecting-ip': visitor,
    'cf-ray': randomBytes(8).toString('hex'),
    'x-forwarded-for': [
      ...(headers['x-forwarded-for'] ? [headers['x-forwarded-for']].flat() : []),
      visitor,
    ].join(', '),
    'x-forwarded-proto': 'http',
  };
}
