import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import type { Receipt } from '../../receipt/receipt.ts';
import { cortex, fakeStack } from './context.ts';

const folder = mkdtempSync(join(tmpdir(), 'receipt-'));
afterAll(() => rmSync(folder, { recursive: true }));

const config = (runtime: string) => ({
  'cortex:runtime': { value: runtime, secret: false },
  'cortex:secrets': { value: 'v1:cipher', secret: true },
});
const history = JSON.stringify([
  {
    kind: 'update',
    startTime: '2026-11-21T12:00:00.000Z',
    endTime: '2026-11-21T12:00:10.000Z',
    result: 'succeeded',
    config: config('podman'),
  },
  {
    kind: 'refresh',
    startTime: '2026-11-21T11:30:00.000Z',
    endTime: '2026-11-21T11:30:09.000Z',
    result: 'succeeded',
    config: config('docker'),
  },
  {
    kind: 'update',
    startTime: '2026-11-21T11:00:00.000Z',
    endTime: '2026-11-21T11:00:09.000Z',
    result: 'succeeded',
    config: config('docker'),
  },
]);

const seconds = Date.UTC(2026, 10, 21, 12) / 1000;
const line = (at: number, identifier: string, message: string) =>
  `${seconds + at}.500000 host ${identifier}: ${message}`;
const request = (at: number, rest: string) =>
  line(at, 'haproxy[12]', `request ${(seconds + at) * 1000} test.web.5001 ${rest}`);
const answer = (...journal: string[]) =>
  [
    '=== instances',
    'web web-2 podman 20002',
    '=== dropped',
    '0',
    '=== journal',
    ...journal,
    '=== end',
    '',
  ].join('\n');
const journal = [
  request(-10, '127.0.0.1:20001 200 -- 0 0 0 0 2 3 264 -'),
  line(2, 'containerhost[99]', 'step park begin test web web-1 docker 5001=20001,'),
  request(3, '127.0.0.1:20002 200 -- 4 0 0 800 5 806 264 -'),
  line(4, 'containerhost[99]', 'step create end test web web-2 podman 5001=20002,'),
  line(5, 'containerhost[99]', 'step switch end test web web-2 podman 5001=20002,'),
];

const run = (argv: string[], said: string) => {
  const { stack, fake } = fakeStack(() => said, { history: () => Promise.resolve(history) });
  return { fake, ran: cortex(argv, { cwd: folder, openStack: () => Promise.resolve(stack) }) };
};

test('the last pulumi up: what it changed, what was held, and where the page is', async () => {
  const { ran, fake } = run(['receipt'], answer(...journal));
  const { code, out } = await ran;
  expect(code).toBe(0);
  const [html = '', json = ''] = readdirSync(join(folder, 'receipts')).sort();
  expect(out).toBe(
    `2 requests, 0 lost, in 10 s\nweb: no request waited longer than 0.8 s\n${join(folder, 'receipts', html)}\n`,
  );
  const receipt = JSON.parse(readFileSync(join(folder, 'receipts', json), 'utf8')) as Receipt;
  expect(receipt.config).toEqual([
    { file: 'Pulumi.test.yaml', lines: ['-  cortex:runtime: docker', '+  cortex:runtime: podman'] },
  ]);
  expect(receipt.services.web).toMatchObject({ rollout: 'recreate', longestHeldMs: 800 });
  expect(receipt.timeline.services[0]?.instances).toMatchObject([
    { runtime: 'docker' },
    { runtime: 'podman' },
  ]);
  expect(fake.scripts.at(-1)).toContain(`read_receipt test ${seconds - 30} ${seconds + 40}`);
});

test('something was lost: exit code 7', async () => {
  const { ran } = run(
    ['receipt', '--json'],
    answer(...journal, request(6, '127.0.0.1:1 503 SC 9 0 0 -1 -1 762 217 -')),
  );
  const { code, out } = await ran;
  expect(code).toBe(7);
  expect(JSON.parse(out)).toMatchObject({ sent: 3, lost: 1 });
  expect(existsSync(join(folder, 'receipts'))).toBe(true);
});

test('an answer that was cut short is an error, as is a time that is none', async () => {
  expect(await run(['receipt'], '=== instances\n').ran).toMatchObject({ code: 1 });
  const { code, err } = await run(['receipt', '--since', 'yesterday'], answer()).ran;
  expect(code).toBe(2);
  expect(err).toContain("--since: found 'yesterday', expected a time such as 2026-11-21T12:00Z");
});
