import { styleText } from 'node:util';
import { mib } from '../../spec/size.ts';
import type { Stream } from '../context.ts';
import { type Column, table, wrapped } from '../table.ts';
import type { Live, ServiceStatus, StackStatus } from './status.ts';

export interface TextOptions {
  /** everything in one line a service, however long */
  wide: boolean;
}

const narrow: Column[] = [
  { heading: 'SERVICE' },
  { heading: 'DECLARED' },
  { heading: 'APPLIED' },
  { heading: 'LIVE' },
  { heading: 'HEALTH' },
  { heading: 'UP', right: true },
  { heading: 'RESTARTS', right: true },
  { heading: 'MEMORY', right: true },
];
const wide: Column[] = [...narrow, { heading: 'IMAGE' }, { heading: 'INSTANCE' }, { heading: 'ADDRESS' }];

/** A status for people. Colour says only what words say too. */
export function statusText(status: StackStatus, options: TextOptions, out: Stream): string {
  const width = options.wide ? Number.POSITIVE_INFINITY : 80;
  const rows = status.services.map((service) => (options.wide ? wideCells(service) : cells(service)));
  const [head = '', ...lines] = table(options.wide ? wide : narrow, rows, width);
  const style = (format: Parameters<typeof styleText>[0], text: string) =>
    out.terminal ? styleText(format, text, { validateStream: false }) : text;
  const body = lines.flatMap((line, index) => {
    const service = status.services[index] as ServiceStatus;
    const remarks = service.remarks.flatMap((remark) => wrapped(remark.split(' '), '  ', width));
    return [
      style(service.remarks.length === 0 ? 'green' : 'yellow', line),
      ...(options.wide
        ? []
        : wrapped([imageOf(service), ...service.addresses], '  ', width).map((each) => style('dim', each))),
      ...remarks.map((each) => style('yellow', each)),
    ];
  });
  const notes = [
    ...status.remarks,
    ...status.strangers.map(
      ({ runtime, name }) => `container "${name}" in ${runtime} is none of this stack's: it is left alone`,
    ),
  ].flatMap((note) => wrapped(note.split(' '), '', width));
  return `${[style('bold', head), ...body, ...(notes.length > 0 ? ['', ...notes] : [])].join('\n')}\n`;
}

function cells({ service, declared, applied, live }: ServiceStatus): string[] {
  return [
    service,
    declared === undefined ? '?' : (declared?.runtime ?? '-'),
    applied?.runtime ?? '-',
    shownLive(live),
    live?.health ?? '-',
    live?.uptimeSeconds == null ? '-' : duration(live.uptimeSeconds),
    live ? `${live.restarts}` : '-',
    live?.memoryBytes == null ? '-' : memory(live.memoryBytes),
  ];
}

function wideCells(status: ServiceStatus): string[] {
  const { live, applied, addresses } = status;
  return [
    ...cells(status),
    imageOf(status),
    live?.instance ?? applied?.instance ?? '-',
    addresses.join(',') || '-',
  ];
}

/** The live one first: it is what runs. */
function imageOf({ live, applied, declared }: ServiceStatus): string {
  const image = live?.image ?? applied?.image ?? declared?.image ?? '-';
  // Podman spells out what Docker leaves out
  return image.replace(/^docker\.io\/(library\/)?/, '');
}

function shownLive(live: Live | null): string {
  if (!live) return 'none';
  return live.state === 'running' ? live.runtime : live.state;
}

/** The two largest units: `3d 4h`, `12m 5s`. */
export function duration(seconds: number): string {
  const units: [string, number][] = [
    ['d', 86_400],
    ['h', 3_600],
    ['m', 60],
    ['s', 1],
  ];
  const first = units.findIndex(([, size]) => seconds >= size);
  if (first < 0) return '0s';
  let rest = seconds;
  return units
    .slice(first, first + 2)
    .map(([unit, size]) => {
      const count = Math.floor(rest / size);
      rest -= count * size;
      return `${count}${unit}`;
    })
    .join(' ');
}

export function memory(bytes: number): string {
  return bytes >= 2 ** 30 ? `${(bytes / 2 ** 30).toFixed(1)} GiB` : mib(bytes);
}
