import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { type Agent, type IncomingMessage, request } from 'node:http';
import type { RequestRecord } from '../../receipt/request.ts';

/** Where a service is asked: the address to connect to, and the name it is asked by. */
export interface Target {
  service: string;
  address: string;
  port: number;
  /** the Host header; default `address` */
  hostname?: string;
}

/** `long`: a GET whose answer takes `longMs` */
export type Kind = 'get' | 'post' | 'long';

/** How long a service is told to take for a long one. */
export const longMs = 1500;

/** What became of one request, and how it was asked. */
export interface SentRequest extends RequestRecord {
  id: string;
  kind: Kind;
  /** how much later than it was due it was really sent: the driver's own fault, milliseconds */
  lagMs: number;
  status: number | null;
}

export interface RequestArgs {
  target: Target;
  kind: Kind;
  /** when it is due, milliseconds since the epoch */
  dueAt: number;
  agent: Agent;
  /** size of a POST's body */
  bodyBytes: number;
  /** from sending to the last byte of the answer */
  timeoutMs: number;
  /** ends the request early, with the signal's reason as its failure */
  signal: AbortSignal;
}

/** An answer is a few hundred bytes; whatever sends more than this is not the service. */
const answerLimitBytes = 1024 * 1024;

/** Milliseconds since the epoch, with a fraction, and never going back. */
export const now = () => performance.timeOrigin + performance.now();

/**
 * Sends one request, once, and judges the answer: status 200, the service and id that were asked for, and
 * the SHA-256 of the body that was sent (a GET's is empty). Never rejects and never tries again: what a user
 * would have lost is lost. Its latency begins when it was due, so that a driver that is held up hides nothing.
 */
export async function sendRequest(args: RequestArgs): Promise<SentRequest> {
  const { target, kind, dueAt } = args;
  const body = kind === 'post' ? randomBytes(args.bodyBytes) : null;
  const record: SentRequest = {
    id: randomUUID(),
    service: target.service,
    kind,
    sentAt: dueAt,
    endedAt: dueAt,
    lagMs: now() - dueAt,
    latencyMs: null,
    heldMs: null,
    status: null,
    instance: null,
    runtime: null,
    failure: null,
  };
  try {
    const response = await exchange(args, record.id, body);
    record.status = response.status;
    record.failure = judge(record, response, body);
  } catch (error) {
    record.failure = describe(error);
  }
  record.endedAt = now();
  if (record.failure === null) {
    record.latencyMs = record.endedAt - dueAt;
    record.heldMs = Math.max(0, record.latencyMs - (kind === 'long' ? longMs : 0));
  }
  return record;
}

interface Response {
  status: number;
  text: string;
}

function exchange(args: RequestArgs, id: string, body: Buffer | null): Promise<Response> {
  const { target, kind, agent, timeoutMs } = args;
  const signal = AbortSignal.any([args.signal, AbortSignal.timeout(timeoutMs)]);
  return new Promise((resolve, reject) => {
    const fail = (error: Error) => reject(signal.aborted ? abortReason(signal, timeoutMs) : error);
    const sending = request(
      {
        agent,
        method: kind === 'post' ? 'POST' : 'GET',
        host: target.address,
        port: target.port,
        path: kind === 'long' ? `/slow?ms=${longMs}&id=${id}` : `/echo?id=${id}`,
        headers: {
          host: target.hostname ?? target.address,
          ...(body && { 'content-type': 'application/octet-stream', 'content-length': body.length }),
        },
        signal,
      },
      (response) => collect(response).then(resolve, fail),
    );
    sending.on('error', fail);
    sending.end(body ?? undefined);
  });
}

async function collect(response: IncomingMessage): Promise<Response> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > answerLimitBytes) throw new Error(`answer is longer than ${answerLimitBytes} bytes`);
    chunks.push(chunk);
  }
  return { status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString('utf8') };
}

/** Fills in who answered, and returns what is wrong with the answer, or null. */
function judge(record: SentRequest, response: Response, body: Buffer | null): string | null {
  const answer = parseObject(response.text);
  record.instance = text(answer?.instance);
  record.runtime = text(answer?.runtime);
  if (response.status !== 200) return `status ${response.status}, expected 200: ${quote(response.text)}`;
  if (!answer) return `answer is not a JSON object: ${quote(response.text)}`;
  if (answer.service !== record.service) {
    return `answered by service ${quote(answer.service)}, expected "${record.service}"`;
  }
  if (answer.id !== record.id) return `answer has id ${quote(answer.id)}, expected "${record.id}"`;
  if (record.kind === 'long') return null;
  const digest = createHash('sha256')
    .update(body ?? '')
    .digest('hex');
  return answer.sha256 === digest ? null : `answer has sha256 ${quote(answer.sha256)}, expected "${digest}"`;
}

function parseObject(json: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(json);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}

const text = (value: unknown) => (typeof value === 'string' ? value : null);

const quote = (value: unknown) => (JSON.stringify(value) ?? 'undefined').slice(0, 200);

function abortReason(signal: AbortSignal, timeoutMs: number): Error {
  const reason = signal.reason as Error;
  return reason.name === 'TimeoutError' ? new Error(`no answer within ${timeoutMs} ms`) : reason;
}

/** An error in one line, with its code. */
export function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const code = (error as NodeJS.ErrnoException).code;
  return code && !error.message.includes(code) ? `${error.message} (${code})` : error.message;
}
