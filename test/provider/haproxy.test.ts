import { expect, test } from '@jest/globals';
import { proxyGlobal, renderListeners } from '../../provider/haproxy.ts';

test('listens on the virtual address and where the service is published, nowhere else', () => {
  expect(
    renderListeners({
      stack: 'prod',
      service: 'web',
      holdMs: 25_000,
      ports: [
        {
          port: 8000,
          protocol: 'http',
          published: [
            { address: '127.0.0.1', port: 5001 },
            { address: '::1', port: 5001 },
          ],
        },
        { port: 5432, protocol: 'tcp', published: [{ address: '0.0.0.0', port: 5432 }] },
      ],
    }),
  ).toBe(`listen prod.web.8000
    mode http
    bind @address@:8000
    bind 127.0.0.1:5001
    bind [::1]:5001
    retries 100
    http-response set-var(txn.stream) bool(true) if { res.hdr(content-type) -m beg text/event-stream }
    server live 127.0.0.1:@8000@

listen prod.web.5432
    mode tcp
    bind @address@:5432
    bind *:5432
    retries 100
    server live 127.0.0.1:@5432@`);
});

test('a service without ports has no listeners', () => {
  expect(renderListeners({ stack: 'prod', service: 'worker', holdMs: 0, ports: [] })).toBe('');
});

test('held requests see the new address: the options that this stands on', () => {
  for (const line of [
    'option redispatch 1',
    'option http-server-close',
    'retry-on conn-failure',
    'timeout connect 250ms',
  ]) {
    expect(proxyGlobal).toContain(`    ${line}\n`);
  }
});

test('the log of a request has neither path, query, header nor address of who asked', () => {
  const format = /log-format "(.*)"/.exec(proxyGlobal)?.[1] ?? '';
  expect(format).toMatch(/^request %\[request_date\(ms\)\] /);
  // what haproxy's manual has of these: %r, %H…, %ci, %cp, captured headers, and fetches of the request
  expect(format).not.toMatch(/%(r|ci|cp|hr|hs|hrl|hsl|H\w|U|CC|CS|ID)\b|req\.|path|url|query|src/);
});
