import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import pb from '@pulumi/pulumi/proto/provider_pb.js';
import emptyPb from 'google-protobuf/google/protobuf/empty_pb.js';
import { call, clientOf } from './client.ts';

const launcher = resolve(import.meta.dirname, '../../../provider/pulumi-resource-containerhost');
let runtime: string;
let announcement: string;
let started: ChildProcess[];

beforeEach(() => {
  started = [];
  runtime = mkdtempSync(join(tmpdir(), 'announcement-'));
  announcement = join(runtime, `containerhost-${userInfo().uid}`, `engine-${process.pid}`);
});
afterEach(async () => {
  for (const child of started) {
    if (child.exitCode !== null || child.signalCode !== null) continue;
    end(child, 'SIGKILL');
    await once(child, 'exit');
  }
  rmSync(runtime, { recursive: true, force: true });
});

function start(command: string, args: string[]): ChildProcess {
  const env = { ...process.env, XDG_RUNTIME_DIR: runtime };
  const child = spawn(command, args, { env, stdio: ['pipe', 'pipe', 'pipe'], detached: true });
  started.push(child);
  return child;
}

/** As an engine does: with all that it started. */
function end(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined) throw new Error('not started');
  process.kill(-child.pid, signal);
}

/** What it prints, a line at a time. */
function printed(child: ChildProcess): () => Promise<string | undefined> {
  if (!child.stdout) throw new Error('no stdout');
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return async () => (await lines.next()).value;
}

/** This process stands in for an engine. */
async function launch(): Promise<{ child: ChildProcess; port: number; said: () => string }> {
  const child = start(launcher, ['127.0.0.1:1']);
  let errors = '';
  child.stderr?.on('data', (text) => {
    errors += text;
  });
  return { child, port: Number(await printed(child)()), said: () => errors };
}

/** Resolves once nobody listens there. */
async function gone(port: number): Promise<void> {
  for (;;) {
    const socket = connect(port, '127.0.0.1');
    const listens = await once(socket, 'connect').then(
      () => true,
      () => false,
    );
    socket.destroy();
    if (!listens) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

function announced(pid: number | undefined, port: number): void {
  mkdirSync(join(announcement, '..'), { mode: 0o700 });
  writeFileSync(announcement, `${pid} ${port}\n`);
}

test('the second process of an engine says where the first serves, and is none of its own', async () => {
  const first = await launch();
  expect(readFileSync(announcement, 'utf8')).toBe(`${first.child.pid} ${first.port}\n`);
  const second = await launch();
  expect(second.port).toBe(first.port);
  expect(readFileSync(`/proc/${second.child.pid}/cmdline`, 'utf8')).toMatch(/^bash\0/);
  // the engine does not keep what a plugin reads from, and takes one that ends by itself for broken
  second.child.stdin?.end();
  await new Promise((resolve) => setTimeout(resolve, 1500));
  expect([first.child.exitCode, second.child.exitCode]).toEqual([null, null]);
  expect([first.said(), second.said()]).toEqual(['', '']);
});

test('nor does it outlive the engine', async () => {
  // a shell is the engine, which starts both and is killed
  const engine = start('bash', [
    '-c',
    `"${launcher}" 127.0.0.1:1 >"${runtime}/one" & until [ -s "${runtime}/one" ]; do sleep 0.1; done; "${launcher}" 127.0.0.1:1 & echo $!; wait`,
  ]);
  const line = printed(engine);
  const second = Number(await line());
  expect(Number(await line())).toBeGreaterThan(0);
  const runs = () => existsSync(`/proc/${second}`);
  expect(runs()).toBe(true);
  engine.kill('SIGKILL');
  const deadline = Date.now() + 5000;
  while (runs() && Date.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 50));
  expect(runs()).toBe(false);
});

test('nor one that is over and still in the table', async () => {
  // what becomes `sleep` waits for no child
  const careless = start('bash', [
    '-c',
    `bash -c '"${launcher}" 127.0.0.1:1; true' & echo $!; exec sleep 60`,
  ]);
  const line = printed(careless);
  const engine = Number(await line());
  const port = Number(await line());
  process.kill(engine, 'SIGKILL');
  await gone(port);
  expect(readFileSync(`/proc/${engine}/stat`, 'utf8')).toContain(') Z ');
});

test.each(['SIGINT', 'SIGTERM'] as const)('an announcement goes with what ends by %s', async (signal) => {
  const { child } = await launch();
  expect(existsSync(announcement)).toBe(true);
  end(child, signal);
  const [, by] = (await once(child, 'close')) as [number | null, string | null];
  expect(by).toBe(signal);
  expect(existsSync(announcement)).toBe(false);
});

test('the first answers for the second after its own end, and no longer than that', async () => {
  const [first, second] = [await launch(), await launch()];
  const [one, other] = [clientOf(first.port), clientOf(second.port)];
  for (const client of [one, other]) await call(client, 'handshake', new pb.ProviderHandshakeRequest());
  await call(one, 'cancel', new emptyPb.Empty());
  one.close();
  end(first.child, 'SIGINT');
  // with its streams: the engine reads them to their end before it goes on to the next
  await once(first.child, 'close');
  await call(other, 'cancel', new emptyPb.Empty());
  other.close();
  await gone(first.port);
});

test('the second ends by a signal that comes as its wait is over', async () => {
  const first = await launch();
  const tools = mkdtempSync(join(runtime, 'tools-'));
  writeFileSync(join(tools, 'sleep'), "#!/bin/sh\ntrap '' INT\nexec /bin/sleep 0.3\n", { mode: 0o755 });
  const second = start('env', [`PATH=${tools}:${process.env.PATH}`, launcher, '127.0.0.1:1']);
  expect(Number(await printed(second)())).toBe(first.port);
  await new Promise((resolve) => setTimeout(resolve, 100));
  end(second, 'SIGINT');
  await once(second, 'exit');
});

test('one that has answered everybody goes at once', async () => {
  const first = await launch();
  const client = clientOf(first.port);
  await call(client, 'handshake', new pb.ProviderHandshakeRequest());
  await call(client, 'cancel', new emptyPb.Empty());
  client.close();
  end(first.child, 'SIGINT');
  await gone(first.port);
});

test('what is no child of this engine is not believed: it serves itself', async () => {
  announced(1, 65_000);
  const { child, port } = await launch();
  expect(port).not.toBe(65_000);
  expect(readFileSync(announcement, 'utf8')).toBe(`${child.pid} ${port}\n`);
});

test('nor does it take its own number for another’s', async () => {
  // the shell becomes the launcher: the number is the same
  mkdirSync(join(announcement, '..'), { mode: 0o700 });
  const child = start('bash', ['-c', `echo "$$ 65000" >"${announcement}"; exec "${launcher}" 127.0.0.1:1`]);
  expect(Number(await printed(child)())).not.toBe(65_000);
});

test('nor is one that is gone', async () => {
  const ended = start('true', []);
  await once(ended, 'exit');
  announced(ended.pid, 65_000);
  expect((await launch()).port).not.toBe(65_000);
});
