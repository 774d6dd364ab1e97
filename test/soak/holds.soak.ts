import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type Load, startLoad } from '../../rehearsal/load/load.ts';
import type { Rehearsal } from '../../rehearsal/rehearsal.ts';
import { holdLimits } from '../../spec/hold.ts';
import type { RuntimeName } from '../../spec/service.ts';
import { askAtOnce, beginHold, endHold, statuses } from '../e2e/hold.ts';
import { eventually, minutes, rehearse, well } from '../e2e/rehearse.ts';

/** A single writer, one port of which is no HTTP, and a service that rolls: both where this process reaches them. */
const writer = { service: 'cortex-engine', port: 8000 };
const rolling = { service: 'cortex-dashboard', port: 5002 };
const linesPort = 7000;

let rehearsal: Rehearsal;
beforeAll(async () => {
  rehearsal = await rehearse();
  const set = (service: string, key: string, value: unknown) =>
    rehearsal.project.set('compose.yaml', ['services', service, ...key.split('.')], value);
  set(writer.service, 'environment.TCP_PORT', linesPort);
  set(writer.service, 'ports', [
    '8000:8000',
    { target: linesPort, published: `${linesPort}`, host_ip: '0.0.0.0', app_protocol: 'tcp' },
  ]);
  set(rolling.service, 'ports', ['5002:5002']);
  rehearsal.flag('docker');
  well(await rehearsal.up());
}, 20 * minutes);
afterAll(async () => {
  await rehearsal?.close();
}, minutes);

function loadOn({ service, port }: { service: string; port: number }): Load {
  return startLoad({ targets: [{ service, address: rehearsal.vm.address, port }], rate: 100 });
}

/** Changes one service and nothing else. */
function bump(service: string): void {
  rehearsal.project.set('compose.yaml', ['services', service, 'labels'], { bumped: `${Date.now()}` });
}

/** When the steps of the last replacement of the writer began and ended. */
async function steps(): Promise<string> {
  const journal = await rehearsal.vm.exec(
    'journalctl --identifier containerhost --output short-precise --lines 60',
  );
  const own = journal.split('\n').filter((line) => line.includes(` ${writer.service} `));
  return own
    .slice(-7)
    .map((line) => `${line.split(' ').slice(2, 3)} ${/step (\S+ \S+)/.exec(line)?.[1]}\n`)
    .join('');
}

/** Sends a line a tenth of a second, each on a connection of its own, until it is stopped. */
function sendLines(): { stop: () => Promise<{ sent: number; lost: string[]; longestMs: number }> } {
  const results: Promise<number>[] = [];
  const lost: string[] = [];
  const send = () => {
    const begun = Date.now();
    const done = new Promise<number>((resolve) => {
      const socket = connect(linesPort, rehearsal.vm.address, () => socket.write('hello\n'));
      let answer = '';
      socket.on('data', (data) => {
        answer += data.toString();
        if (answer.endsWith('\n')) socket.end();
      });
      socket.on('error', (error) => lost.push(error.message));
      socket.on('close', () => {
        if (!/ hello\n$/.test(answer)) lost.push(`answered "${answer}"`);
        resolve(Date.now() - begun);
      });
    });
    results.push(done);
  };
  const timer = setInterval(send, 100);
  return {
    async stop() {
      clearInterval(timer);
      return { sent: results.length, lost, longestMs: Math.max(...(await Promise.all(results))) };
    },
  };
}

describe('a single writer under load', () => {
  const changes: [string, RuntimeName][] = [
    ['a changed label', 'docker'],
    ['a flip', 'podman'],
    ['a changed label', 'podman'],
    ['a flip', 'docker'],
  ];
  test.each(changes)(
    '%s, then on %s: nothing is lost, HTTP or not',
    async (what, runtime) => {
      rehearsal.project.configure(rehearsal.stack, ['cortex:services'], { [writer.service]: { runtime } });
      if (what !== 'a flip') bump(writer.service);
      const load = loadOn(writer);
      const lines = sendLines();
      well(await rehearsal.up());
      const { lost, failures, sent, max, p50 } = await load.stop();
      const tcp = await lines.stop();
      process.stderr.write(
        `${what} on ${runtime}: ${sent} requests, longest ${Math.round(max ?? 0)} ms (p50 ${p50?.toFixed(1)}); ` +
          `${tcp.sent} lines, longest ${tcp.longestMs} ms\n${await steps()}`,
      );
      expect({ lost, failures, lines: tcp.lost }).toEqual({ lost: 0, failures: {}, lines: [] });
      // drain, stop, start and health; a machine that has other things to do takes longer for each
      expect(max).toBeLessThan(30_000);
    },
    5 * minutes,
  );
});

/** Stays connected until it is stopped, and counts how often it had to connect again. */
function stay(open: (ended: () => void) => { close: () => void }): {
  reconnects: () => number;
  stop: () => void;
} {
  let reconnects = 0;
  let stopped = false;
  let current = open(ended);
  function ended(): void {
    if (stopped) return;
    reconnects += 1;
    current = open(ended);
  }
  return {
    reconnects: () => reconnects,
    stop() {
      stopped = true;
      current.close();
    },
  };
}

function webSocket(ended: () => void): { close: () => void } {
  const socket = new WebSocket(`ws://${rehearsal.vm.address}:${rolling.port}/ws`);
  socket.addEventListener('close', ended);
  return socket;
}

function events(ended: () => void): { close: () => void } {
  const aborted = new AbortController();
  const read = async () => {
    const { body } = await fetch(`http://${rehearsal.vm.address}:${rolling.port}/events?ms=200`, {
      signal: aborted.signal,
    });
    for await (const _ of body ?? []);
  };
  read().then(ended, ended);
  return { close: () => aborted.abort() };
}

describe('a service that rolls, whose old instance ignores SIGTERM', () => {
  test.each(['docker', 'podman'] as const)(
    'under %s: nothing is lost, and streams connect again once at most',
    async (runtime) => {
      const url = `http://${rehearsal.vm.address}:${rolling.port}`;
      rehearsal.project.configure(rehearsal.stack, ['cortex:services'], { [rolling.service]: { runtime } });
      well(await rehearsal.up());
      const { status } = await fetch(`${url}/fault?set=ignore-sigterm`, { method: 'POST' });
      expect(status).toBe(200);
      const before = await (await fetch(url)).json();
      bump(rolling.service);
      const load = loadOn(rolling);
      const streams = Array.from({ length: 10 }, (_, index) => stay(index % 2 === 0 ? webSocket : events));
      well(await rehearsal.up());
      const after = await (await fetch(url)).json();
      const { lost, failures } = await load.stop();
      const reconnects = streams.map((stream) => stream.reconnects());
      for (const stream of streams) stream.stop();
      expect(after).not.toEqual(before);
      expect({ lost, failures, reconnects }).toEqual({
        lost: 0,
        failures: {},
        reconnects: Array(10).fill(1),
      });
    },
    5 * minutes,
  );
});

describe('as many as may wait', () => {
  test(
    'wait, those beyond are refused at once, and all who waited are answered',
    async () => {
      const { vm, stack } = rehearsal;
      const url = `http://127.0.0.1:${writer.port}/`;
      const parts = 8;
      const usage = async () => {
        const found = await vm.exec(
          'for pid in $(pgrep haproxy); do cut -d " " -f 14,15 /proc/$pid/stat; grep VmRSS /proc/$pid/status; done',
        );
        return found.replaceAll(/\s+/g, ' ');
      };
      await beginHold(vm, stack, writer.service);
      process.stderr.write(`the proxy before: ${await usage()}\n`);
      const held = Array.from({ length: parts }, () => askAtOnce(vm, url, holdLimits.requests / parts));
      await eventually(30, async () => {
        const [beyond] = await askAtOnce(vm, url, 1, '--max-time 1');
        expect(beyond).toMatchObject({ status: 503, retryAfter: '5' });
      });
      process.stderr.write(`while ${holdLimits.requests} wait: ${await usage()}\n`);
      await new Promise((resolve) => setTimeout(resolve, 10_000));
      process.stderr.write(`10 s later: ${await usage()}\n`);
      await endHold(vm, stack, writer.service);
      const found = statuses((await Promise.all(held)).flat());
      process.stderr.write(`${JSON.stringify(found)}\n`);
      // the probes that were sent meanwhile may have taken places of theirs
      expect(found['200']).toBeGreaterThan(holdLimits.requests - 60);
      expect(Object.keys(found).filter((status) => status !== '200' && status !== '503')).toEqual([]);
    },
    3 * minutes,
  );
});
