import { randomBytes } from 'node:crypto';
import { type IncomingMessage, request } from 'node:http';
import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { StreamRecord } from '../../receipt/request.ts';
import { describe, now, type Target } from './request.ts';

export interface StreamArgs {
  target: Target;
  kind: StreamRecord['kind'];
  client: number;
  /** a client that has not been let in by then gives up and asks again */
  timeoutMs: number;
  /** ends the client: the measurement is over */
  signal: AbortSignal;
}

/** How soon a client that was cut off asks again; a browser waits longer, which would hide a second cut. */
const pauseMs = 100;

/** A service says something every so often; a stream that is silent for so long is dead. */
const eventEveryMs = 500;
const silenceMs = 10_000;

/** A client that stays: it connects again whenever its stream ends. Each connection is a record. */
export async function keepStream(args: StreamArgs): Promise<StreamRecord[]> {
  const records: StreamRecord[] = [];
  while (!args.signal.aborted) {
    records.push(await connect(args));
    await sleep(pauseMs, undefined, { signal: args.signal }).catch(() => {});
  }
  return records;
}

async function connect({ target, kind, client, timeoutMs, signal }: StreamArgs): Promise<StreamRecord> {
  const asked = now();
  const record: StreamRecord = {
    service: target.service,
    kind,
    client,
    askedAt: asked,
    openedAt: null,
    endedAt: asked,
    cut: true,
    instance: null,
    failure: null,
  };
  try {
    const stream = await open(target, kind, AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]));
    record.openedAt = now();
    await follow(stream, kind, record, signal);
  } catch (error) {
    if (!signal.aborted) record.failure = describe(error);
  }
  record.cut = !signal.aborted;
  record.endedAt = now();
  return record;
}

/** The stream once the service has let the client in. @throws when it does not */
function open(
  target: Target,
  kind: StreamRecord['kind'],
  signal: AbortSignal,
): Promise<IncomingMessage | Socket> {
  return new Promise((resolve, reject) => {
    const giveUp = () => asking.destroy(new Error('not let in in time'));
    const asking = request({
      agent: false,
      host: target.address,
      port: target.port,
      path: kind === 'events' ? `/events?ms=${eventEveryMs}` : '/ws',
      headers: { host: target.hostname ?? target.address, ...(kind === 'websocket' && handshake()) },
    });
    const opened = (stream: IncomingMessage | Socket) => {
      signal.removeEventListener('abort', giveUp);
      resolve(stream);
    };
    signal.addEventListener('abort', giveUp, { once: true });
    asking.once('error', reject);
    asking.once('upgrade', (_, socket: Socket, head) => {
      socket.unshift(head);
      opened(socket);
    });
    asking.once('response', (response) => {
      if (kind === 'events' && response.statusCode === 200) {
        opened(response);
        return;
      }
      asking.destroy(new Error(`status ${response.statusCode}`));
    });
    asking.end();
  });
}

const handshake = () => ({
  connection: 'Upgrade',
  upgrade: 'websocket',
  'sec-websocket-version': '13',
  'sec-websocket-key': randomBytes(16).toString('base64'),
});

/** Until the stream ends, or falls silent, or the measurement does. The first thing said is who serves. */
function follow(
  stream: IncomingMessage | Socket,
  kind: StreamRecord['kind'],
  record: StreamRecord,
  signal: AbortSignal,
): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(silence);
      signal.removeEventListener('abort', end);
      stream.destroy();
      resolve();
    };
    // a WebSocket is told nothing after its first message
    let silence = kind === 'events' ? setTimeout(end, silenceMs) : undefined;
    stream.on('data', (chunk: Buffer) => {
      record.instance ??= kind === 'events' ? eventIn(chunk) : messageIn(chunk);
      if (silence) silence = silence.refresh();
    });
    for (const event of ['end', 'close', 'error']) stream.once(event, end);
    signal.addEventListener('abort', end, { once: true });
    if (signal.aborted) end();
  });
}

const eventIn = (chunk: Buffer) => /^data: (.*)$/m.exec(chunk.toString('utf8'))?.[1] ?? null;

/** The text of a short unmasked frame (RFC 6455, 5.2). */
function messageIn(frame: Buffer): string | null {
  const [first = 0, length = 0] = frame;
  return first === 0x81 && length < 126 ? frame.subarray(2, 2 + length).toString('utf8') : null;
}
