import { Agent } from 'node:http';
import type { StreamRecord } from '../../receipt/request.ts';
import { type Report, report } from './report.ts';
import { type Kind, now, type SentRequest, sendRequest, type Target } from './request.ts';
import { keepStream } from './stream.ts';

export interface LoadArgs {
  /** asked in turn, so that each gets its share of the rate */
  targets: readonly Target[];
  /** requests a second, over all targets */
  rate: number;
  /** share of requests that are POSTs, 0–1, for each target; default 0.5 */
  posts?: number;
  /** every how many requests one takes 1.5 s to be answered; default 0, none */
  longEvery?: number;
  /** clients of each kind of stream that stay connected to each target; default 0 */
  streams?: number;
  /** size of a POST's body; default 1 KiB */
  bodyBytes?: number;
  /** after which a request counts as lost; default 60 s, longer than any hold */
  timeoutMs?: number;
}

export interface Load {
  /** requests sent so far, and of these the ones known to be lost */
  sent(): number;
  lost(): number;
  /** Sends no more, waits for answers that are still out (at most `graceMs`, default 60 s), and sums up. */
  stop(graceMs?: number): Promise<Report>;
}

/** How often the schedule is looked at. Requests that fell due in between go out together. */
const tickMs = 5;

/** A connection that nobody uses is closed here sooner than at the other end, where a request could be on its way. */
const idleMs = 20_000;

/**
 * Sends requests at a fixed rate whatever becomes of them (an open loop: a service that stalls does not slow
 * its own load down). The schedule is absolute: after a pause of this process the ones missed are sent at once.
 *
 * Connections are kept alive as a browser's are, and nothing is tried a second time.
 *
 * @throws if there is nothing to send to, or the rate is not a positive number
 */
export function startLoad(args: LoadArgs): Load {
  const {
    targets,
    rate,
    posts = 0.5,
    longEvery = 0,
    streams = 0,
    bodyBytes = 1024,
    timeoutMs = 60_000,
  } = args;
  if (targets.length === 0) throw new Error('load: no target to send requests to');
  if (!(rate > 0 && Number.isFinite(rate))) throw new Error(`load: rate is ${rate}, expected more than 0`);
  if (!(posts >= 0 && posts <= 1)) throw new Error(`load: posts is ${posts}, expected 0 to 1`);

  const agents = targets.map(() => new Agent({ keepAlive: true, timeout: idleMs }));
  const ending = new AbortController();
  const leaving = new AbortController();
  const records: SentRequest[] = [];
  const inFlight = new Set<Promise<void>>();
  const startedAt = now();
  let sent = 0;
  let lost = 0;

  const sendNext = () => {
    const turn = sent % targets.length;
    const nth = Math.floor(sent / targets.length);
    const dueAt = startedAt + (sent * 1000) / rate;
    sent += 1;
    const [target, agent] = [targets[turn], agents[turn]];
    if (!target || !agent) return;
    const kind = kindOf(nth, posts, longEvery);
    const done = sendRequest({
      target,
      kind,
      dueAt,
      agent,
      bodyBytes,
      timeoutMs,
      signal: ending.signal,
    }).then((record) => {
      records.push(record);
      if (record.failure !== null) lost += 1;
      inFlight.delete(done);
    });
    inFlight.add(done);
  };
  const catchUp = () => {
    const due = Math.floor(((now() - startedAt) * rate) / 1000);
    while (sent < due) sendNext();
  };
  const timer = setInterval(catchUp, tickMs);

  const kinds: StreamRecord['kind'][] = ['events', 'websocket'];
  const clients = Array.from({ length: streams }, (_, nth) => nth);
  const staying = targets.flatMap((target) =>
    kinds.flatMap((kind) =>
      clients.map((client) => keepStream({ target, kind, client, timeoutMs, signal: leaving.signal })),
    ),
  );

  let stopped: Promise<Report> | null = null;
  const finish = async (graceMs: number): Promise<Report> => {
    clearInterval(timer);
    catchUp();
    const seconds = (now() - startedAt) / 1000;
    leaving.abort();
    const bound = setTimeout(
      () => ending.abort(new Error(`no answer ${graceMs} ms after the load ended`)),
      graceMs,
    );
    await Promise.all(inFlight);
    clearTimeout(bound);
    for (const agent of agents) agent.destroy();
    return report({ requests: records, streams: (await Promise.all(staying)).flat(), rate, seconds });
  };
  return {
    sent: () => sent,
    lost: () => lost,
    stop(graceMs = 60_000) {
      stopped ??= finish(graceMs);
      return stopped;
    },
  };
}

/** POSTs spread evenly: with 0.5, every second one. */
function kindOf(nth: number, posts: number, longEvery: number): Kind {
  if (longEvery > 0 && nth % longEvery === 0) return 'long';
  return Math.floor((nth + 1) * posts) > Math.floor(nth * posts) ? 'post' : 'get';
}
