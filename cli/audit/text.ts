import { styleText } from 'node:util';
import type { Audit, AuditedService, Shown } from '../../audit/audit.ts';
import type { Stream } from '../context.ts';
import { duration } from '../status/text.ts';
import { type Column, table, wrapped } from '../table.ts';

const width = 80;
const columns: Column[] = [
  { heading: 'SERVICE' },
  { heading: 'RUNS UNDER' },
  { heading: 'STATE' },
  { heading: 'UP', right: true },
  { heading: 'CONNECTIONS', right: true },
];

/** A line of a table, and what is said below it. */
interface Row {
  cells: string[];
  notes: string[];
  remarks: string[];
}

/** An audit for people. */
export function auditText(found: Audit, out: Stream): string {
  const rows = found.services.flatMap(serviceRows);
  const strangers = found.strangers.map((one) => row(one.name, one));
  const blocks = [
    [`${found.host}, as the stack ${found.stack} declares it`, ...lines(columns, rows, out)],
    strangers.length === 0
      ? ['Nothing else runs that somebody put there.']
      : [
          'Strangers: they run here, and the project does not declare them',
          ...lines([{ heading: 'NAME' }, ...columns.slice(1)], strangers, out),
        ],
    ...(found.unseen.length > 0 ? [['Not seen', ...found.unseen.flatMap(note)]] : []),
    closing(found).flatMap((text) => wrapped(text.split(' '), '', width)),
  ];
  return `${blocks.map((block) => block.join('\n')).join('\n\n')}\n`;
}

function serviceRows({ service, image, published, running }: AuditedService): Row[] {
  if (running.length === 0)
    return [
      {
        cells: [service, '-', 'not running', '-', '-'],
        notes: [[image, ...published].join(' ')],
        remarks: [],
      },
    ];
  return running.map((one, index) => {
    const found = row(service, one);
    const again = index > 0 ? ['runs more than once: which of them is meant?'] : [];
    return {
      ...found,
      notes: [`${one.name}, by ${one.by}`, ...found.notes],
      remarks: [...again, ...found.remarks],
    };
  });
}

function row(name: string, one: Shown): Row {
  const { under, state, health, uptimeSeconds, connections, image, command, published, project, dependents } =
    one;
  const where = project ? [`Compose project ${project.name} in ${project.directory}`] : [];
  return {
    cells: [
      name,
      under,
      health ?? state,
      uptimeSeconds === null ? '-' : duration(uptimeSeconds),
      connections === null ? '-' : `${connections}`,
    ],
    notes: [
      [image ?? command ?? '', ...published].filter(Boolean).join(' '),
      ...where,
      ...(dependents.length > 0 ? [`called by ${dependents.join(', ')}`] : []),
    ].filter(Boolean),
    remarks: one.remarks,
  };
}

function lines(headings: readonly Column[], rows: readonly Row[], out: Stream): string[] {
  const style = (format: Parameters<typeof styleText>[0], text: string) =>
    out.terminal ? styleText(format, text, { validateStream: false }) : text;
  const [head = '', ...body] = table(
    headings,
    rows.map(({ cells }) => cells),
    width,
  );
  return [
    style('bold', head),
    ...body.flatMap((line, index) => [
      line,
      ...(rows[index]?.notes ?? []).flatMap(note).map((each) => style('dim', each)),
      ...(rows[index]?.remarks ?? []).flatMap(note).map((each) => style('yellow', each)),
    ]),
  ];
}

function note(text: string): string[] {
  return wrapped(text.split(' '), '  ', width);
}

/** What to think of it, and what may be done next. */
function closing({ host, strangers, services }: Audit): string[] {
  const missing = services
    .filter(({ running }) => !running.some(({ runs }) => runs))
    .map(({ service }) => service);
  const project = services.flatMap(({ running }) => running.flatMap((one) => one.project?.name ?? []))[0];
  return [
    `Nothing was changed on ${host}: it was looked at, once, over SSH.`,
    ...(strangers.length > 0
      ? [
          'No stranger is ever stopped or removed by this project. Ask who needs one before you do it yourself.',
        ]
      : []),
    ...(missing.length > 0 ? [`Declared, and not running: ${missing.join(', ')}.`] : []),
    ...(project
      ? [`To take the Compose project ${project} into the stack without stopping it: cortex adopt ${project}`]
      : []),
  ];
}
