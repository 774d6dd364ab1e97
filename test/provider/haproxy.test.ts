import { expect, test } from '@jest/globals';
import { proxyGlobal, renderListeners } from '../../provider/haproxy.ts';
import { expectGolden } from './golden.ts';

test('listens on the virtual address and where the service is published, and bounds what waits', () => {
  expectGolden(
    'listeners.cfg',
    `${renderListeners({
      stack: 'prod',
      service: 'web',
      hold: { ms: 25_000, requests: 100, bodyBytes: 65_536 },
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
    })}\n`,
  );
});

test('a service without ports has no listeners', () => {
  expect(
    renderListeners({
      stack: 'prod',
      service: 'worker',
      hold: { ms: 0, requests: 0, bodyBytes: 0 },
      ports: [],
    }),
  ).toBe('');
});

test('held requests see the new address: the options that this stands on', () => {
  for (const line of [
    'option redispatch 1',
    'option http-server-close',
    'retry-on conn-failure',
    'timeout connect 100ms',
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
