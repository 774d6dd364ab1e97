import {
  Agent,
  createServer,
  type IncomingMessage,
  request,
  type Server,
  type ServerResponse,
} from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { type Edge, startEdge } from '../../../rehearsal/edge/edge.ts';
import { connectFake, type FakeConnector } from './fakeConnector.ts';

const hostname = 'cortex-admin.localhost';
let edge: Edge;
const origins: Server[] = [];
const connectors: FakeConnector[] = [];
const agent = new Agent({ keepAlive: true });

beforeEach(async () => {
  edge = await startEdge({ connectorAddress: '127.0.0.1' });
  edge.tunnels.create('t1', 's3cret');
  edge.routes.set(hostname, 't1');
});

afterEach(async () => {
  for (const connector of connectors.splice(0)) connector.kill();
  for (const origin of origins.splice(0)) {
    origin.closeAllConnections();
    origin.close();
  }
  agent.destroy();
  await edge.close();
});

async function origin(handle: (request: IncomingMessage, response: ServerResponse) => void): Promise<number> {
  const server = createServer(handle);
  origins.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

async function connector(port: number, id = 'c1', secret = 's3cret'): Promise<FakeConnector> {
  const fake = await connectFake(edge.connectorPort, port, secret, id);
  connectors.push(fake);
  return fake;
}

interface Answer {
  status: number;
  headers: IncomingMessage['headers'];
  text: string;
}

function get(
  options: { host?: string; path?: string; method?: string; body?: string; headers?: object } = {},
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sending = request(
      {
        agent,
        host: '127.0.0.1',
        port: edge.publicPort,
        path: options.path ?? '/',
        method: options.method ?? 'GET',
        headers: { host: options.host ?? hostname, ...options.headers },
      },
      async (response) => {
        let text = '';
        try {
          for await (const chunk of response.setEncoding('utf8')) text += chunk;
        } catch (error) {
          reject(error);
          return;
        }
        resolve({ status: response.statusCode ?? 0, headers: response.headers, text });
      },
    );
    sending.on('error', reject);
    sending.end(options.body);
  });
}

async function until(condition: () => boolean): Promise<void> {
  for (const end = Date.now() + 5000; !condition(); await sleep(5)) {
    if (Date.now() > end) throw new Error(`never became true: ${condition}`);
  }
}

test('a request reaches the origin as it was sent, and so does the answer', async () => {
  const port = await origin(async (incoming, response) => {
    let body = '';
    for await (const chunk of incoming) body += chunk;
    response.writeHead(201, 'Made', [
      ['set-cookie', 'a=1'],
      ['set-cookie', 'b=2'],
    ]);
    response.end(
      JSON.stringify({ url: incoming.url, method: incoming.method, headers: incoming.headers, body }),
    );
  });
  await connector(port);
  const answer = await get({
    host: `${hostname}:8080`,
    method: 'POST',
    path: '/echo?id=1%202',
    body: 'hello',
    headers: { cookie: ['x=1', 'y=2'], 'content-length': '5' },
  });
  expect(answer.status).toBe(201);
  expect(answer.headers['set-cookie']).toEqual(['a=1', 'b=2']);
  expect(JSON.parse(answer.text)).toMatchObject({
    url: '/echo?id=1%202',
    method: 'POST',
    body: 'hello',
    headers: {
      host: `${hostname}:8080`,
      cookie: 'x=1; y=2',
      'content-length': '5',
      'cf-connecting-ip': '127.0.0.1',
      'x-forwarded-for': '127.0.0.1',
      'x-forwarded-proto': 'http',
    },
  });
});

test('a body of unknown length, and one of a megabyte, come through whole', async () => {
  const port = await origin((incoming, response) => void incoming.pipe(response));
  await connector(port);
  const body = 'x'.repeat(1024 * 1024);
  const answer = await get({ method: 'POST', body, headers: { 'transfer-encoding': 'chunked' } });
  expect(answer.text === body).toBe(true);
  expect((await get({ method: 'POST', body })).text === body).toBe(true);
});

test('the visitor’s connection is kept over many requests', async () => {
  const port = await origin((_, response) => void response.end('ok'));
  await connector(port);
  const sockets = new Set<number | undefined>();
  for (let i = 0; i < 20; i++) {
    expect(await get()).toMatchObject({ status: 200, text: 'ok' });
    for (const socket of Object.values(agent.freeSockets).flat()) sockets.add(socket?.localPort);
  }
  expect(sockets.size).toBe(1);
});

test('more requests at once than data connections that wait', async () => {
  const port = await origin((_, response) => void setTimeout(() => response.end('ok'), 50));
  await connector(port);
  const answers = await Promise.all(Array.from({ length: 50 }, () => get()));
  expect(answers.filter((answer) => answer.status === 200)).toHaveLength(50);
});

test('an event stream is passed on as it happens', async () => {
  let stream: ServerResponse | undefined;
  const port = await origin((_, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders();
    stream = response;
  });
  await connector(port);
  const received: string[] = [];
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    request({ host: '127.0.0.1', port: edge.publicPort, headers: { host: hostname } }, resolve)
      .on('error', reject)
      .end();
  });
  expect(response.headers['content-type']).toBe('text/event-stream');
  response.setEncoding('utf8').on('data', (chunk: string) => received.push(chunk));
  response.on('error', () => {});
  stream?.write('data: 1\n\n');
  await until(() => received.length === 1);
  stream?.write('data: 2\n\n');
  await until(() => received.join('') === 'data: 1\n\ndata: 2\n\n');
  let left = false;
  stream?.on('close', () => {
    left = true;
  });
  response.destroy();
  await until(() => left);
});

test('an upgraded connection carries bytes both ways', async () => {
  const port = await origin(() => {});
  origins[0]?.on('upgrade', (incoming, socket) => {
    socket.on('error', () => {});
    socket.write(
      `HTTP/1.1 101 Switching Protocols\r\nconnection: Upgrade\r\nupgrade: ${incoming.headers.upgrade}\r\n\r\n`,
    );
    socket.pipe(socket);
  });
  await connector(port);
  const socket = connect(edge.publicPort, '127.0.0.1').setEncoding('utf8');
  let seen = '';
  socket.on('data', (chunk: string) => {
    seen += chunk;
  });
  socket.write(`GET /ws HTTP/1.1\r\nHost: ${hostname}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n`);
  await until(() => seen.includes('\r\n\r\n'));
  expect(seen).toMatch(/^HTTP\/1.1 101 /);
  expect(seen).toMatch(/upgrade: websocket/);
  socket.write('ping');
  await until(() => seen.endsWith('\r\n\r\nping'));
  socket.end();
  await until(() => socket.destroyed);
});

describe('what has no way to an origin gets Cloudflare’s status:', () => {
  test('a name that is not routed, or no more', async () => {
    expect(await get({ host: '<b>.localhost' })).toMatchObject({ status: 530 });
    expect((await get({ host: 'a&b.localhost' })).text).toContain('a&amp;b.localhost');
    edge.routes.delete(hostname);
    expect((await get()).text).toContain('1016');
  });

  test('a tunnel without a connector, and one that was deleted', async () => {
    expect((await get()).text).toContain('1033');
    const port = await origin((_, response) => void response.end('ok'));
    const fake = await connector(port);
    expect((await get()).status).toBe(200);
    edge.tunnels.delete('t1');
    await until(() => fake.dataConnections() === 0);
    expect(await get()).toMatchObject({ status: 530 });
  });

  test('an upgrade too', async () => {
    const socket = connect(edge.publicPort, '127.0.0.1').setEncoding('utf8');
    let seen = '';
    socket.on('data', (chunk: string) => {
      seen += chunk;
    });
    socket.write(`GET / HTTP/1.1\r\nHost: ${hostname}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n`);
    await until(() => socket.destroyed);
    expect(seen).toMatch(/^HTTP\/1.1 530 Tunnel error\r\n/);
  });

  test('a connector that closes before it answers', async () => {
    const port = await origin((incoming) => void incoming.socket.destroy());
    await connector(port);
    expect(await get()).toMatchObject({ status: 502 });
    expect(await get({ method: 'POST', body: 'x' })).toMatchObject({ status: 502 });
  });

  test('an answer that breaks off breaks off for the visitor', async () => {
    const port = await origin((_, response) => {
      response.writeHead(200, { 'content-length': 100 });
      response.write('half', () => response.destroy());
    });
    await connector(port);
    await expect(get()).rejects.toThrow();
  });
});

describe('connectors', () => {
  test('take turns, and one that unregistered gets no more requests but finishes those it has', async () => {
    const release: (() => void)[] = [];
    const first = await origin((_, response) => void release.push(() => response.end('first')));
    const second = await origin((_, response) => void response.end('second'));
    const draining = await connector(first, 'c1');
    const waiting = [get(), get(), get()];
    await until(() => release.length === 3);
    await connector(second, 'c2');
    expect(edge.tunnels.connectors('t1')).toBe(2);
    await draining.unregister();
    expect(edge.tunnels.connectors('t1')).toBe(1);
    await until(() => draining.dataConnections() === 3);
    for (let i = 0; i < 10; i++) expect((await get()).text).toBe('second');
    for (const answer of release) answer();
    expect((await Promise.all(waiting)).map((answer) => answer.text)).toEqual(['first', 'first', 'first']);
    await until(() => draining.dataConnections() === 0);
  });

  test('that leave while a request waits for a connection leave it to the others', async () => {
    const leaving = await connector(await origin(() => {}), 'c1');
    leaving.openNone();
    // The spares are used up: the fifth request waits for a connection that never comes.
    const waiting = Array.from({ length: 5 }, () => get());
    for (const answer of waiting) answer.catch(() => {});
    await until(() => leaving.asked() === 9);
    await connector(await origin((_, response) => void response.end('second')), 'c2');
    await leaving.unregister();
    expect(await Promise.any(waiting)).toMatchObject({ status: 200, text: 'second' });
  });

  test('share the requests', async () => {
    await connector(await origin((_, response) => void response.end('first')), 'c1');
    await connector(await origin((_, response) => void response.end('second')), 'c2');
    const texts: string[] = [];
    for (let i = 0; i < 10; i++) texts.push((await get()).text);
    expect(texts.filter((text) => text === 'first')).toHaveLength(5);
  });

  test('that die lose what they carry, and nothing that comes later', async () => {
    let asked = 0;
    const dying = await connector(await origin(() => void asked++), 'c1');
    const lost = get();
    await until(() => asked === 1);
    await connector(await origin((_, response) => void response.end('second')), 'c2');
    dying.kill();
    expect(await lost).toMatchObject({ status: 502 });
    await until(() => edge.tunnels.connectors('t1') === 1);
    for (let i = 0; i < 5; i++) expect((await get()).text).toBe('second');
  });

  test.each([
    ['a secret that is no tunnel’s', 'c2', 'wrong', 'ERROR no tunnel has this secret'],
    ['an id that is connected', 'c1', 's3cret', 'ERROR connector "c1" is connected already'],
  ])('are refused with %s', async (_what, id, secret, refusal) => {
    await connector(1, 'c1');
    const refused = await connector(1, id, secret);
    expect(refused.refusals).toEqual([refusal]);
    expect(edge.tunnels.connectors('t1')).toBe(1);
  });

  test.each([
    ['a request', 'GET / HTTP/1.1\r\n'],
    ['a data connection of nobody', 'DATA s3cret c9\n'],
    ['a data connection without a name', 'DATA s3cret\n'],
    ['a line without end', 'x'.repeat(9000)],
  ])('%s is closed', async (_what, hello) => {
    const socket = connect(edge.connectorPort, '127.0.0.1');
    socket.on('error', () => {});
    socket.resume().write(hello);
    await until(() => socket.destroyed);
  });
});

test('a tunnel with another secret keeps its connectors, and takes new ones by the new secret only', async () => {
  const port = await origin((_, response) => void response.end('still here'));
  await connector(port, 'c1');
  edge.tunnels.rotate('t1', 'n3xt');
  // more than the data connections that the connector had at the time
  for (let i = 0; i < 20; i++) expect((await get()).text).toBe('still here');
  expect((await connector(port, 'c2')).refusals).toEqual(['ERROR no tunnel has this secret']);
  await connector(port, 'c3', 'n3xt');
  expect(edge.tunnels.connectors('t1')).toBe(2);
  expect(() => edge.tunnels.rotate('t9', 'x')).toThrow('no tunnel "t9"');
});

test('a tunnel needs an id and a secret of its own', () => {
  expect(() => edge.tunnels.create('t1', 'other')).toThrow('edge: tunnel "t1" exists already');
  expect(() => edge.tunnels.create('t2', 's3cret')).toThrow('another tunnel');
  expect(() => edge.tunnels.create('t2', 'a b')).toThrow('holds a space');
});

test('a port that is taken is named', async () => {
  await expect(startEdge({ publicPort: edge.publicPort })).rejects.toThrow(
    `edge: cannot listen on 127.0.0.1:${edge.publicPort}`,
  );
});
