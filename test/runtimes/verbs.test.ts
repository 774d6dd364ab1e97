import { spawnSync } from 'node:child_process';
import { type AddressInfo, createServer } from 'node:net';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { listens } from '../../runtimes/verbs.ts';
import type { ServiceSpec } from '../../spec/service.ts';

const server = createServer();
let port: number;
beforeAll(async () => {
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  port = (server.address() as AddressInfo).port;
});
afterAll(() => {
  server.close();
});

function probe(...ports: number[]) {
  const spec = { ports: ports.map((each) => ({ port: each })) } as ServiceSpec;
  const { status, stderr } = spawnSync('sh', ['-euc', listens(spec, `echo ${process.pid}`).join('\n')], {
    encoding: 'utf8',
  });
  return { status, stderr };
}

test('a port that is listened on', () => {
  expect(probe(port)).toEqual({ status: 0, stderr: '' });
});

test('another is named', () => {
  expect(probe(port, 9)).toEqual({ status: 1, stderr: 'nothing listens on port 9 of the container\n' });
});

test('without ports nothing is asked', () => {
  expect(listens({ ports: [] } as unknown as ServiceSpec, 'false')).toEqual([]);
});
