import type { DataIdentity } from './dataIdentity.ts';
import { parseHostData } from './hostData.ts';
import { type KnownPort, type LogLine, type ProxyLog, readProxyLog } from './proxyLog.ts';

/**
 * What a host answered to `read_receipt` (cli/host/receipt.sh), and what the reader of a receipt has to know of it.
 * Of the data, what was taken over since then (milliseconds since the epoch).
 */
export function parseHostLog(
  stack: string,
  answer: string,
  since = 0,
): ProxyLog & { notes: string[]; data: DataIdentity[] } {
  const sections = new Map(
    answer.split(/^=== /m).map((part) => {
      const [name = '', ...lines] = part.split('\n');
      return [name, lines.filter((line) => line !== '')] as const;
    }),
  );
  if (!sections.has('end')) throw new Error('the host\'s answer has no section "end": it was cut short');
  const known = (sections.get('instances') ?? []).map((line): KnownPort => {
    const [service = '', instance = '', runtime = '', port] = line.split(' ');
    return { service, instance, runtime, port: Number(port) };
  });
  const lines = (sections.get('journal') ?? []).flatMap(parseLine);
  const log = readProxyLog(stack, lines, known);
  const data = parseHostData(sections.get('data') ?? [], since);
  return { ...log, data, notes: notes(log, Number(sections.get('dropped')?.[0] ?? 0)) };
}

/** `<seconds>.<microseconds> <host> <identifier>[<pid>]: <message>` */
function parseLine(line: string): LogLine[] {
  const [, at, message] = /^(\d+\.\d+) \S+ [^ :]+: (.*)$/.exec(line) ?? [];
  return at === undefined || message === undefined ? [] : [{ at: Number(at) * 1000, message }];
}

function notes({ requests, givenUp, restarts }: ProxyLog, dropped: number): string[] {
  const time = (at: number) => new Date(at).toISOString().slice(11, 19);
  return [
    ...(requests.length === 0 ? ['The proxy logged no request in this time.'] : []),
    ...(givenUp > 0 ? [`${givenUp} requests were given up by their clients, and are not counted.`] : []),
    ...(restarts.length > 0
      ? [
          `The proxy was started or reloaded at ${restarts.map(time).join(', ')}: had it died, what it was doing then is in no log.`,
        ]
      : []),
    ...(dropped > 0 ? [`Since it was started, the proxy could not log ${dropped} lines.`] : []),
    'A stream of events counts as one client for each connection.',
  ];
}
