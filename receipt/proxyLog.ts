import type { RequestRecord, StreamRecord } from './request.ts';
import type { Step, StepKind } from './step.ts';

/** A line of the host's journal, and when it was written (milliseconds since the epoch). */
export interface LogLine {
  at: number;
  message: string;
}

/** What a stack's part of a host's journal says. */
export interface ProxyLog {
  requests: RequestRecord[];
  streams: StreamRecord[];
  steps: Step[];
  /** requests whose client went away before it had an answer: nobody lost them but the client itself */
  givenUp: number;
  /** when the proxy was started anew: what it was just doing is in no log */
  restarts: number[];
}

/** An instance's ports on loopback, by which the proxy knows it. */
export interface KnownPort {
  service: string;
  instance: string;
  runtime: string;
  port: number;
}

/**
 * Reads the proxy's log (`log-format` in provider/haproxy.ts) and what the host notes of each step (`note` in
 * provider/host/lib.sh), in order of time.
 *
 * @param known instances that are there now, and may not be named in these lines
 */
export function readProxyLog(
  stack: string,
  lines: readonly LogLine[],
  known: readonly KnownPort[],
): ProxyLog {
  const log: ProxyLog = { requests: [], streams: [], steps: [], givenUp: 0, restarts: [] };
  const ports = new Map(known.map((each) => [each.port, each]));
  const learn = (note: Note) => {
    for (const port of note.ports) ports.set(port.port, port);
  };
  // A port goes from one instance to another: up to its first note it is of the one that is noted first.
  for (const { message } of lines.toReversed()) {
    const note = parseNote(message);
    if (note?.stack === stack) learn(note);
  }
  const open = new Map<string, Step>();
  for (const { at, message } of lines) {
    const note = parseNote(message);
    if (note?.stack === stack) {
      learn(note);
      step(log.steps, open, note, at);
    }
    const request = parseRequest(message);
    if (request?.stack === stack) count(log, request, ports);
    // its own first words
    if (/^\[NOTICE\] .*: Loading success\.$/.test(message)) log.restarts.push(at);
  }
  return log;
}

interface Note {
  kind: StepKind;
  phase: string;
  stack: string;
  service: string;
  instance: string;
  runtime: string | null;
  ports: KnownPort[];
}

const kinds: readonly StepKind[] = ['create', 'switch', 'park', 'restore', 'remove'];

function parseNote(message: string): Note | undefined {
  const [word, kind, phase = '', stack = '', service = '', instance = '', runtime = '-', ports = '-'] =
    message.split(' ');
  const found = kinds.find((each) => each === kind);
  if (word !== 'step' || !found) return undefined;
  return {
    kind: found,
    phase,
    stack,
    service,
    instance,
    runtime: runtime === '-' ? null : runtime,
    // <container port>=<loopback port>,…
    ports: [...ports.matchAll(/\d+=(\d+)/g)].map(([, port]) => ({
      service,
      instance,
      runtime,
      port: Number(port),
    })),
  };
}

/** A step that is begun twice, as parking may be, is one. */
function step(steps: Step[], open: Map<string, Step>, note: Note, at: number): void {
  const { kind, phase, service, instance, runtime } = note;
  const key = `${kind} ${instance}`;
  const begun = open.get(key);
  if (begun) {
    begun.endedAt = at;
    begun.failed = phase === 'failed';
    if (phase !== 'begin') open.delete(key);
    return;
  }
  const again =
    kind === 'park' ? steps.find((each) => each.kind === kind && each.instance === instance) : undefined;
  if (again) {
    again.endedAt = at;
    return;
  }
  const made: Step = {
    kind,
    service,
    instance,
    runtime,
    startedAt: at,
    endedAt: at,
    failed: phase === 'failed',
  };
  steps.push(made);
  if (phase === 'begin') open.set(key, made);
}

interface Logged {
  at: number;
  stack: string;
  service: string;
  /** of the instance; 0 where none was reached */
  port: number;
  /** -1 for what is not HTTP */
  status: number;
  /** how it ended, in HAProxy's letters: who, and in which state */
  ended: string;
  waitedMs: number;
  connectedMs: number;
  answeringMs: number;
  allMs: number;
  stream: boolean;
}

/** `request <ms> <stack>.<service>.<port> <address>:<port> <status> <ended> <retries> <five times> <bytes> <stream>` */
function parseRequest(message: string): Logged | undefined {
  const [
    word,
    at,
    listener = '',
    server = '',
    status,
    ended = '',
    ,
    ,
    waited,
    connected,
    answering,
    all,
    ,
    stream,
  ] = message.split(' ');
  if (word !== 'request' || stream === undefined) return undefined;
  const [stack = '', service = ''] = listener.split('.');
  return {
    at: Number(at),
    stack,
    service,
    port: Number(server.split(':').at(-1)) || 0,
    status: Number(status),
    ended,
    waitedMs: Number(waited),
    connectedMs: Number(connected),
    answeringMs: Number(answering),
    allMs: Number(all),
    stream: stream === '1' || status === '101',
  };
}

function count(log: ProxyLog, request: Logged, ports: ReadonlyMap<number, KnownPort>): void {
  const { at, service, port, status, ended, allMs } = request;
  const by = ports.get(port);
  const instance = by?.service === service ? by.instance : null;
  const runtime = by?.service === service ? by.runtime : null;
  const endedAt = at + allMs;
  if (request.stream) {
    log.streams.push({
      service,
      kind: status === 101 ? 'websocket' : 'events',
      client: log.streams.length,
      askedAt: at,
      openedAt: endedAt,
      endedAt,
      cut: !/^[Cc]/.test(ended),
      instance,
      failure: null,
    });
    return;
  }
  const failure = failureOf(request);
  // the client left, and not in the middle of its answer
  if (/^[Cc][^D]/.test(ended)) {
    log.givenUp += 1;
    return;
  }
  const heldMs = Math.max(0, request.waitedMs) + Math.max(0, request.connectedMs);
  log.requests.push({
    service,
    sentAt: at,
    endedAt,
    latencyMs: failure === null ? latency(request, heldMs) : null,
    heldMs: failure === null ? heldMs : null,
    instance: failure === null ? instance : null,
    runtime: failure === null ? runtime : null,
    failure,
  });
}

/** Until the first byte of the answer: how long the rest takes is the client's own line. */
function latency({ answeringMs }: Logged, heldMs: number): number {
  return heldMs + Math.max(0, answeringMs);
}

/** HAProxy's manual, "Session state at disconnection": the first letter says who ended it. */
function failureOf({ status, ended }: Logged): string | null {
  const reasons: Record<string, string> = {
    S: 'the instance closed the connection, or could not be reached',
    s: 'the instance did not answer in time',
    P: 'the proxy refused it',
    R: 'the proxy had no resources left',
    I: 'the proxy failed',
    D: 'the instance was marked down',
    U: 'the proxy ended it',
    K: 'somebody ended it at the proxy',
    L: 'the proxy refused it',
  };
  const reason = reasons[ended[0] ?? ''];
  return reason === undefined ? null : `${status > 0 ? `status ${status}: ` : ''}${reason} (${ended})`;
}
