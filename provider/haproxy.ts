import type { Hold } from '../spec/hold.ts';
import type { Port } from '../spec/service.ts';

/**
 * The host's proxy (HAProxy 3.0), as decided in docs/adr: it listens on each service's virtual address and
 * on published addresses, and forwards to the instance that serves, which publishes on loopback only.
 */

/**
 * A failed connection is tried again at this interval, milliseconds: `timeout connect` is also the pause. It is
 * what a held request may wait too long; docs/adr/0012 has what shorter ones cost.
 */
const retryMs = 100;

/** What a client is told to wait before it tries again, seconds. */
const retryAfterSeconds = 5;

/** Of a body without a declared length, what has to fit for its request to be held: half of a buffer, bytes. */
const unsizedBytes = 8192;

/** How long such a body may take to come in; then it is answered 408. */
const unsizedSeconds = 10;

/**
 * What the proxy logs of a request, for the receipt of a deployment (receipt/proxyLog.ts reads it): when it came,
 * at which listener, to which instance's port it went, status, how it ended, how often connecting was tried
 * again, milliseconds (headers, queue, connecting, answering, all), bytes, and 1 for a stream of events. No
 * path, no query, no header and no visitor's address.
 */
const requestLog =
  'request %[request_date(ms)] %f %si:%sp %ST %ts %rc %TR %Tw %Tc %Tr %Ta %B %[var(txn.stream)]';

/**
 * What is the same for every service.
 *
 * `redispatch` lets a request that is being held see the new address; `http-server-close` ends the
 * connection to an instance with its request, so that draining it can be seen.
 */
export const proxyGlobal = `# Written by the set-up of the host. Each service has a file of its own beside this one.
global
    maxconn 8000
    user haproxy
    group haproxy
    stats socket /run/containerhost/admin.sock mode 660 level admin expose-fd listeners
    hard-stop-after 60s
    log /dev/log len 512 local0 info

defaults
    log global
    log-format "${requestLog}"
    mode http
    option http-server-close
    option redispatch 1
    retry-on conn-failure
    timeout connect ${retryMs}ms
    timeout client 1h
    timeout server 1h
    timeout tunnel 1h
    timeout http-request 60s
    timeout http-keep-alive 60s
    http-error status 503 content-type text/plain string "No instance of the service answered in time: try again in ${retryAfterSeconds} s.\\n" hdr Retry-After ${retryAfterSeconds}

# A proxy without any listener does not start, and it is there before the first service.
frontend alive
    bind /run/containerhost/alive.sock mode 660
    http-request return status 200
`;

/** What the proxy needs to know of a service. */
export interface Listeners {
  stack: string;
  service: string;
  ports: Port[];
  hold: Hold;
}

/** A stream is as long as its client stays: the log tells it from a slow answer. */
const markStreams =
  '    http-response set-var(txn.stream) bool(true) if { res.hdr(content-type) -m beg text/event-stream }';

/**
 * A service's part of the proxy's configuration. `@address@` is the service's virtual address and `@<port>@`
 * the loopback port of the serving instance, with a weight of 2 while requests are held: both are the host's to
 * fill in, whenever they change.
 */
export function renderListeners({ stack, service, ports, hold }: Listeners): string {
  const retries = Math.ceil(hold.ms / retryMs);
  return ports
    .map((port) => {
      const name = `${stack}.${service}.${port.port}`;
      const binds = [
        `@address@:${port.port}`,
        ...port.published.map((p) => `${bindAddress(p.address)}:${p.port}`),
      ];
      return [
        `listen ${name}`,
        `    mode ${port.protocol}`,
        ...binds.map((bind) => `    bind ${bind}`),
        `    retries ${retries}`,
        ...(port.protocol === 'http' ? [...httpBounds(service, hold), markStreams] : tcpBounds(hold)),
        `    server live 127.0.0.1:@${port.port}@`,
      ].join('\n');
    })
    .join('\n\n');
}

const held = 'acl held srv_uweight(live) eq 2';

/** While requests are held, refuses what is beyond the bounds at once, rather than to let everything wait. */
function httpBounds(service: string, { requests, bodyBytes }: Hold): string[] {
  const refuse = (why: string, when: string) =>
    `    http-request return status 503 content-type text/plain string "${service} is being replaced, and ${why}: ` +
    `try again in ${retryAfterSeconds} s.\\n" hdr Retry-After ${retryAfterSeconds} if held ${when}`;
  return [
    `    ${held}`,
    '    acl unsized req.hdr(transfer-encoding) -m found',
    refuse(`${requests} requests wait already`, `{ be_conn ge ${requests} }`),
    refuse(`a body of more than ${bodyBytes} bytes cannot wait`, `{ req.body_size gt ${bodyBytes} }`),
    `    http-request wait-for-body time ${unsizedSeconds}s at-least ${unsizedBytes} if held unsized`,
    refuse('a long body of unknown length cannot wait', `unsized { req.body_len ge ${unsizedBytes} }`),
  ];
}

function tcpBounds({ requests }: Hold): string[] {
  return [`    ${held}`, `    tcp-request content reject if held { be_conn ge ${requests} }`];
}

function bindAddress(address: string): string {
  if (address === '0.0.0.0') return '*';
  return address.includes(':') ? `[${address}]` : address;
}
