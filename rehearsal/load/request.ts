import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { type Agent, type IncomingMessage, request } from 'node:http';

/** Where a service is asked: the address to connect to, and the name it is asked by. */
export interface Target {
  service: string;
  address: string;
  port: number;
  /** the Host header; default `address` */
  hostname?: string;
}

/** What became of one request. Times are milliseconds since the epoch. */
export interface RequestRecord {
  id: string;
  service: string;
  method: 'GET' | 'POST';
  sentAt: number;
  /** when the answer was complete; null when it never was */
  answeredAt: number | null;
  latencyMs: number | null;
  status: number | null;
  /** who says it answered: the container's name and the runtime it runs under */
  instance: string | null;
  runtime: string | null;
  /** why this request counts as lost; null when the answer was whole and right */
  failure: string | null;
}

export interface RequestArgs {
  target: Target;
  method: 'GET' | 'POST';
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

/**
 * Sends one request, once, and judges the answer: status 200, the service and id that were asked for, and
 * the SHA-256 of the body that was sent (a GET's is empty). Never rejects and never tries again: what a user would have lost is lost.
 */
export async function sendRequest(args: RequestArgs): Promise<RequestRecord> {
  const { target, method } = args;
  const id = randomUUID();
  const body = method === 'POST' ? randomBytes(args.bodyBytes) : null;
  const startedAt = performance.now();
  const record: RequestRecord = {
    id,
    service: target.service,
    method,
    sentAt: Date.now(),
    answeredAt: null,
    latencyMs: null,
    status: null,
    instance: null,
    runtime: null,
    failure: null,
  };
  try {
    const response = await exchange(args, id, body);
    record.answeredAt = Date.now();
    record.latencyMs = performance.now() - startedAt;
    record.status = response.status;
    record.failure = judge(record, response, body);
  } catch (error) {
    record.failure = describe(error);
  }
  return record;
}

interface Response {
  status: number;
  text: string;
}

function exchange(args: RequestArgs, id: string, body: Buffer | null): Promise<Response> {
  const { target, method, agent, timeoutMs } = args;
  const signal = AbortSignal.any([args.signal, AbortSignal.timeout(timeoutMs)]);
  return new Promise((resolve, reject) => {
    const fail = (error: Error) => reject(signal.aborted ? abortReason(signal, timeoutMs) : error);
    const sending = request(
      {
        agent,
        method,
        host: target.address,
        port: target.port,
        path: `/echo?id=${id}`,
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
function judge(record: RequestRecord, response: Response, body: Buffer | null): string | null {
  const answer = parseObject(response.text);
  record.instance = text(answer?.instance);
  record.runtime = text(answer?.runtime);
  if (response.status !== 200) return `status ${response.status}, expected 200: ${quote(response.text)}`;
  if (!answer) return `answer is not a JSON object: ${quote(response.text)}`;
  if (answer.service !== record.service) {
    return `answered by service ${quote(answer.service)}, expected "${record.service}"`;
  }
  if (answer.id !== record.id) return `answer has id ${quote(answer.id)}, expected "${record.id}"`;
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

function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const code = (error as NodeJS.ErrnoException).code;
  return code && !error.message.includes(code) ? `${error.message} (${code})` : error.message;
}
