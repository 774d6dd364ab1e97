import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, test } from '@jest/globals';
import { startDriver } from '../../../rehearsal/load/driver.ts';
import { startLoad } from '../../../rehearsal/load/load.ts';
import { together } from '../../../rehearsal/load/report.ts';
import type { Target } from '../../../rehearsal/load/request.ts';

type Fault = (request: IncomingMessage, response: ServerResponse, right: object) => void;

const servers: Server[] = [];

/** A service that answers as it should, but for its every `nth` request, which has the fault. */
async function serve(fault: Fault | null = null, nth = 5): Promise<{ target: Target; faults: () => number }> {
  let requests = 0;
  let faults = 0;
  const server = createServer(async (request, response) => {
    requests += 1;
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const url = new URL(request.url ?? '/', 'http://service');
    const right = {
      service: 'admin',
      instance: 'admin-1234567',
      runtime: 'podman',
      id: url.searchParams.get('id'),
      sha256: createHash('sha256').update(Buffer.concat(chunks)).digest('hex'),
    };
    if (fault && requests % nth === 0) {
      faults += 1;
      fault(request, response, right);
      return;
    }
    response.end(JSON.stringify(right));
  });
  return { target: await listening(server), faults: () => faults };
}

async function listening(server: Server): Promise<Target> {
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return { service: 'admin', address: '127.0.0.1', port };
}

afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

async function run(target: Target, seconds: number, rate: number, timeoutMs = 5000) {
  const load = startLoad({ targets: [target], rate, timeoutMs });
  await sleep(seconds * 1000);
  return load.stop(2000);
}

test('sends rate × seconds, half of them POSTs, and loses nothing to a service that is well', async () => {
  const { target } = await serve();
  const report = await run(target, 1, 200);
  expect(Math.abs(report.sent - 200 * report.seconds)).toBeLessThanOrEqual(2 * report.seconds);
  expect(report).toMatchObject({ answered: report.sent, lost: 0, runtimes: { podman: report.sent } });
  const posts = report.requests.filter(({ kind }) => kind === 'post').length;
  expect(Math.abs(posts - report.sent / 2)).toBeLessThanOrEqual(1);
  expect(report.p50).toBeGreaterThan(0);
  expect(report.max).toBeGreaterThanOrEqual(report.p99 ?? Number.NaN);
  expect(report.requests[0]).toMatchObject({ status: 200, instance: 'admin-1234567', runtime: 'podman' });
});

describe('counts what is planted:', () => {
  const faults: [string, RegExp, Fault][] = [
    ['dropped connections', /socket hang up|ECONNRESET/, (_, response) => response.destroy()],
    [
      'answers that break off',
      /aborted|ECONNRESET/,
      (_, response) => {
        response.writeHead(200, { 'content-length': 1000 });
        response.write('{', () => response.destroy());
      },
    ],
    [
      'errors by status',
      /status 503/,
      (_, response, right) => {
        response.statusCode = 503;
        response.end(JSON.stringify(right));
      },
    ],
    ['wrong ids', /has id/, (_, response, right) => response.end(JSON.stringify({ ...right, id: 'x' }))],
    [
      'answers of another service',
      /answered by service "editor"/,
      (_, response, right) => response.end(JSON.stringify({ ...right, service: 'editor' })),
    ],
    [
      'bodies that were changed on the way',
      /^answer has sha256 "0", expected "<sha256>"$/,
      (_, response, right) => response.end(JSON.stringify({ ...right, sha256: '0' })),
    ],
    [
      'answers that end too soon and do not say so',
      /not a JSON object/,
      (_, response, right) => response.end(JSON.stringify(right).slice(0, -10)),
    ],
    [
      'answers that come too late',
      /no answer within 1000 ms/,
      (_, response, right) => setTimeout(() => response.end(JSON.stringify(right)), 1200),
    ],
    ['pages in place of answers', /not a JSON object/, (_, response) => response.end('<h1>hello</h1>')],
    ['requests that hang', /no answer within 1000 ms/, () => {}],
  ];
  test.each(faults)('%s', async (_name, reason, fault) => {
    const { target, faults } = await serve(fault);
    // short only where it is to run out: a machine may pause for a second
    const timeoutMs = reason.source.includes('1000 ms') ? 1000 : 10_000;
    const report = await run(target, 0.25, 200, timeoutMs);
    expect(faults()).toBeGreaterThan(0);
    expect(report.lost).toBe(faults());
    expect(report.answered).toBe(report.sent - faults());
    expect(Object.values(report.failures).reduce((sum, n) => sum + n, 0)).toBe(faults());
    for (const failure of Object.keys(report.failures)) expect(failure).toMatch(reason);
    expect(report.services.admin).toMatchObject({ sent: report.sent, lost: faults() });
  });
});

test('a port that nothing listens on loses everything', async () => {
  const { target } = await serve();
  await new Promise((resolve) => servers.pop()?.close(resolve));
  const report = await run(target, 0.3, 100);
  expect(report.sent).toBeGreaterThan(20);
  expect(report).toMatchObject({ answered: 0, lost: report.sent, p50: null, p99: null, max: null });
  expect(Object.keys(report.failures).join()).toContain('ECONNREFUSED');
});

test('a stalled service does not slow its load down, and stop waits no longer than told', async () => {
  const { target } = await serve(() => {}, 1);
  const load = startLoad({ targets: [target], rate: 100 });
  await sleep(500);
  const stopping = performance.now();
  const report = await load.stop(200);
  expect(performance.now() - stopping).toBeLessThan(2000);
  expect(Math.abs(report.sent - 100 * report.seconds)).toBeLessThanOrEqual(1);
  expect(report.lost).toBe(report.sent);
  expect(report.failures).toEqual({ 'no answer 200 ms after the load ended': report.sent });
  expect(await load.stop()).toBe(report);
});

test('a pause of this process is made up for, and hides no latency', async () => {
  const { target } = await serve();
  const load = startLoad({ targets: [target], rate: 200 });
  await sleep(100);
  const until = performance.now() + 400;
  while (performance.now() < until);
  await sleep(200);
  const report = await load.stop();
  expect(report.lagMs.max).toBeGreaterThan(300);
  expect(report.max).toBeGreaterThan(300);
  expect(Math.abs(report.sent - 200 * report.seconds)).toBeLessThanOrEqual(2);
  expect(report.lost).toBe(0);
});

test('targets take turns, and each is asked by its own name', async () => {
  const names: (string | undefined)[] = [];
  const { target } = await serve((request, response, right) => {
    names.push(request.headers.host);
    response.end(JSON.stringify(right));
  }, 1);
  const load = startLoad({
    targets: [
      { ...target, hostname: 'a.localhost' },
      { ...target, hostname: 'b.localhost' },
    ],
    rate: 100,
    posts: 0,
  });
  await sleep(300);
  const report = await load.stop();
  expect(report).toMatchObject({ lost: 0 });
  expect(report.requests.every(({ kind }) => kind === 'get')).toBe(true);
  const first = names.filter((name) => name === 'a.localhost').length;
  expect(Math.abs(names.length - 2 * first)).toBeLessThanOrEqual(1);
});

test('every so many take long, and of these only what is above that counts as held', async () => {
  const { target } = await serve((request, response, right) => {
    setTimeout(
      () => response.end(JSON.stringify(right)),
      request.url?.startsWith('/slow?ms=1500&') ? 1550 : 0,
    );
  }, 1);
  const load = startLoad({ targets: [target], rate: 100, longEvery: 10 });
  await sleep(300);
  const { requests, lost } = await load.stop();
  const long = requests.filter(({ kind }) => kind === 'long');
  expect(lost).toBe(0);
  expect(long).toHaveLength(requests.filter((_, nth) => nth % 10 === 0).length);
  for (const { latencyMs, heldMs } of long) {
    expect(latencyMs).toBeGreaterThan(1500);
    expect(heldMs).toBeLessThan(1500);
  }
});

describe('clients that stay', () => {
  /** Streams of events and WebSockets, which end when they are told to. */
  async function stay() {
    const cut: (() => void)[] = [];
    let open = true;
    const server = createServer((_, response) => {
      response.statusCode = open ? 200 : 503;
      if (!open) {
        response.end();
        return;
      }
      response.write('id: 0\ndata: admin-1234567\n\n');
      cut.push(() => response.destroy());
    });
    server.on('upgrade', (_, socket: Socket) => {
      const said = 'admin-1234567';
      socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n');
      socket.write(Buffer.concat([Buffer.from([0x81, said.length]), Buffer.from(said)]));
      cut.push(() => socket.destroy());
    });
    const target = await listening(server);
    return {
      target,
      cut: () => {
        for (const end of cut.splice(0)) end();
      },
      refuse: (refused: boolean) => {
        open = !refused;
      },
    };
  }
  // nothing of the requests matters here
  const load = (target: Target) => startLoad({ targets: [target], rate: 1, streams: 1, timeoutMs: 1000 });

  test('nobody cuts them: no reconnect', async () => {
    const { target } = await stay();
    const driver = load(target);
    await sleep(300);
    const { staying, streams } = await driver.stop(1000);
    expect(staying).toEqual({ clients: 2, reconnects: 0, refused: 0, gapMs: 0 });
    expect(streams.map(({ kind, instance, cut }) => [kind, instance, cut])).toEqual([
      ['events', 'admin-1234567', false],
      ['websocket', 'admin-1234567', false],
    ]);
  });

  test('cut once: one reconnect each, and how long they were without', async () => {
    const { target, cut } = await stay();
    const driver = load(target);
    await sleep(300);
    cut();
    await sleep(500);
    const { staying } = await driver.stop(1000);
    expect(staying).toMatchObject({ clients: 2, reconnects: 1, refused: 0 });
    expect(staying.gapMs).toBeGreaterThanOrEqual(95);
  });

  test('refused: counted, and asked again', async () => {
    const { target, cut, refuse } = await stay();
    const driver = load(target);
    await sleep(300);
    refuse(true);
    cut();
    await sleep(350);
    refuse(false);
    await sleep(300);
    const { staying } = await driver.stop(1000);
    expect(staying.reconnects).toBe(1);
    expect(staying.refused).toBeGreaterThanOrEqual(1);
    expect(staying.gapMs).toBeGreaterThan(200);
  });
});

test('a driver in a process of its own does the same', async () => {
  const { target, faults } = await serve((_, response) => response.destroy(), 7);
  const driver = await startDriver({ targets: [target], rate: 100 });
  await sleep(500);
  const found = together([await driver.stop()]);
  expect(found.sent).toBeGreaterThan(20);
  expect(found.lost).toBe(faults());
  expect(found.lost).toBeGreaterThan(0);
});

test.each([
  [{ targets: [], rate: 1 }, 'load: no target to send requests to'],
  [{ targets: [{ service: 'a', address: 'b', port: 1 }], rate: 0 }, 'load: rate is 0, expected more than 0'],
  [
    { targets: [{ service: 'a', address: 'b', port: 1 }], rate: 1, posts: 2 },
    'load: posts is 2, expected 0 to 1',
  ],
])('refuses %j', (args, message) => {
  expect(() => startLoad(args)).toThrow(message);
});
