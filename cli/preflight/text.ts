import type { Cost, Part } from '../../preflight/cloud/cost.ts';
import { findingLines, labelled, labels } from '../findings.ts';
import { table, wrapped } from '../table.ts';
import type { Preflight } from './check.ts';

/** A preflight as a person reads it, in 80 columns. */
export function preflightText({ stack, areas, cost }: Preflight): string {
  const refused = areas.filter(({ findings }) => findings.some(({ severity }) => severity === 'refusal'));
  const unknown = areas.some((area) => area.unknown.length > 0);
  const against = refused.map(({ name }) => name).join(', ');
  const verdict =
    refused.length > 0
      ? `pulumi up --stack ${stack} would fail. Against it: ${against}.`
      : unknown
        ? 'Nothing is refused, but not everything is known.'
        : `Nothing stands against pulumi up --stack ${stack}.`;
  return [
    ...areas.flatMap(({ name, well, findings, unknown: open }) => [
      name,
      ...(well.length > 0 ? labelled(labels.well, well.join(', ')) : []),
      ...findingLines(findings, { ...labels, warning: 'warning', note: 'note' }),
      ...findingLines(open, { ...labels, warning: labels.unknown }),
    ]),
    '',
    ...(cost ? costLines(cost) : []),
    ...wrapped(verdict.split(' '), '', 80),
    '',
  ].join('\n');
}

function costLines({ lines, used, applied, declared, unpriced, pricesOf }: Cost): string[] {
  if (lines.length === 0) return [];
  const least = unpriced.length > 0 ? 'at least ' : '';
  const columns = [
    { heading: 'US$ A MONTH' },
    { heading: 'APPLIED', right: true },
    { heading: 'DECLARED', right: true },
    { heading: 'CHANGE', right: true },
  ];
  const rows = lines.map(({ what, applied: before, declared: after }) => [
    `${what} (${sizes(before, after)})`,
    ...dollarCells(before ? before.usd : 0, after ? after.usd : 0),
  ]);
  return [
    ...table(columns, [...rows, [`${least}in all`, ...dollarCells(applied, declared)]], 80),
    '',
    ...table(
      [{ heading: 'BY USE, BESIDES' }, { heading: 'US$', right: true }, { heading: 'FOR EACH' }],
      used.map(({ what, usd, each }) => [what, `${usd}`, each]),
      80,
    ),
    '',
    ...(unpriced.length > 0 ? [`No price is known for: ${unpriced.join('; ')}.`] : []),
    `List prices of ${pricesOf}, without taxes and discounts: they may be old.`,
    'Sources: preflight/cloud/prices.ts. The tunnel and its DNS cost nothing.',
    '',
  ];
}

function sizes(before: Part | undefined, after: Part | undefined): string {
  if (!before || !after) return (before ?? after)?.size ?? '';
  return before.size === after.size ? before.size : `${before.size} => ${after.size}`;
}

function dollarCells(before: number | undefined, after: number | undefined): string[] {
  const change = before === undefined || after === undefined ? undefined : after - before;
  const sign = change !== undefined && change > 0 ? '+' : '';
  return [dollars(before), dollars(after), `${sign}${dollars(change)}`];
}

/** What has no price is not free. */
function dollars(usd: number | undefined): string {
  if (usd === undefined) return '?';
  return (Math.round(usd * 100) / 100 || 0).toFixed(2);
}
