import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ConfigDiff } from './configDiff.ts';
import { compareData, type DataIdentity, type DataState } from './dataIdentity.ts';
import type { Figures } from './figures.ts';
import { type Html, html, scriptJson } from './html.ts';
import type { Receipt, ServiceReceipt } from './receipt.ts';
import { stepName } from './step.ts';
import type { ServiceTimeline, Timeline } from './timeline.ts';

const here = (file: string) => readFileSync(join(import.meta.dirname, 'page', file), 'utf8');
const library = (file: string) =>
  readFileSync(join(import.meta.dirname, '../node_modules/uplot/dist', file), 'utf8');

/**
 * The receipt as one page that needs nothing else: no network, no other file. Its scripts only draw what its
 * tables say as well, and no others run.
 */
export function receiptPage(receipt: Receipt): string {
  const scripts = [library('uPlot.iife.min.js'), here('plot.js')];
  const hashes = scripts.map((script) => `'sha256-${createHash('sha256').update(script).digest('base64')}'`);
  const policy = `default-src 'none'; style-src 'unsafe-inline'; script-src ${hashes.join(' ')}`;
  const { text } = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<title>Receipt: ${receipt.stack}, ${receipt.title}</title>
<style>@uplot@</style>
<style>@style@</style>
</head>
<body>
<main>
${head(receipt)}
${changes(receipt.config)}
${services(receipt)}
${plots(receipt)}
${phases(receipt)}
${data(receipt.data)}
${lost(receipt)}
</main>
${footer(receipt)}
<script type="application/json" id="timeline">${scriptJson(plotted(receipt))}</script>
<script>@script-0@</script>
<script>@script-1@</script>
</body>
</html>
`;
  const inlined: Record<string, string> = {
    '@uplot@': library('uPlot.min.css'),
    '@style@': here('style.css'),
    ...Object.fromEntries(scripts.map((script, nth) => [`@script-${nth}@`, script])),
  };
  return text.replace(/(?<=<(?:style|script)>)@[\w-]+@/g, (name) => inlined[name] ?? name);
}

/** What the plots need of a receipt. */
function plotted({ timeline, steps, startedAt }: Receipt): unknown {
  return {
    ...timeline,
    zero: startedAt,
    steps: steps.map(({ kind, service, startedAt, endedAt }) => ({
      kind,
      service,
      from: startedAt,
      to: endedAt,
    })),
  };
}

function head(receipt: Receipt): Html {
  const held = Object.values(receipt.services).map(({ longestHeldMs }) => longestHeldMs ?? 0);
  const tiles: [string, string][] = [
    ['Deployment', `${receipt.seconds} s`],
    ['Requests', count(receipt.sent)],
    ['Lost', count(receipt.lost)],
    ['Median answer', duration(receipt.p50)],
    ['99 of 100 within', duration(receipt.p99)],
    ['Slowest answer', duration(receipt.max)],
    ['Longest held', duration(Math.max(0, ...held))],
  ];
  return html`<h1>Receipt: ${receipt.stack}, ${receipt.title}</h1>
<p class="quiet">${moment(receipt.startedAt)} to ${moment(receipt.endedAt)}, UTC</p>
<p class="verdict ${receipt.lost === 0 ? 'good' : 'bad'}">${count(receipt.lost)} of ${count(receipt.sent)} requests lost</p>
<dl class="summary">${tiles.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>`;
}

function changes(config: readonly ConfigDiff[]): Html {
  const files = config.filter(({ lines }) => lines.length > 0);
  if (files.length === 0) return html`<h2>What changed</h2><p>No line of the configuration.</p>`;
  return html`<h2>What changed</h2>
${files.map(({ file, lines }) => html`<p class="quiet">${file}</p><pre><code>${lines.map(changed)}</code></pre>`)}`;
}

function changed(line: string): Html {
  if (line.startsWith('+')) return html`<ins>${line}</ins>`;
  return line.startsWith('-') ? html`<del>${line}</del>` : html`${line}`;
}

function services(receipt: Receipt): Html {
  const rows = Object.entries(receipt.services).map(([service, own]) => [
    html`${service}`,
    html`${own.rollout ?? 'not replaced'}`,
    ...figureCells(own),
    html`${own.rollout === 'recreate' ? duration(own.longestHeldMs) : '–'}`,
    html`${reconnects(own)}`,
  ]);
  return html`<h2>Services</h2>
${table('Services', ['service', 'how replaced', ...figureNames, 'longest held', 'reconnects'], rows, 2)}
<p class="quiet">Longest held: the longest that a request waited for an instance while a single writer
moved. Reconnects: how often the client of an event stream or a WebSocket that fared worst had to connect again.</p>`;
}

function reconnects({ streams }: ServiceReceipt): string {
  if (streams.clients === 0) return '–';
  return `${streams.reconnects}${streams.refused > 0 ? `, refused ${streams.refused}` : ''}`;
}

function plots({ timeline, steps }: Receipt): Html {
  return html`<h2>While it happened</h2>
<p class="quiet">Answers a second by the instance that gave them, and the slowest of each moment. Grey: the steps of
the service. A red line: requests that were lost, with how many. Zero is when the deployment began.</p>
${timeline.services.map(
  (service, nth) => html`<figure>
<h3>${service.service}</h3>
<div class="plot" id="plot-${nth}" role="img" aria-label="${inWords(service, steps.filter((step) => step.service === service.service).map(stepName))}"></div>
<details><summary>as a table</summary>${overTime(timeline, service)}</details>
</figure>`,
)}`;
}

function inWords(service: ServiceTimeline, steps: readonly string[]): string {
  const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
  const answered = service.instances.map(
    ({ instance, runtime, answers }) => `${instance} on ${runtime} gave ${sum(answers)} answers`,
  );
  const slowest = Math.max(0, ...service.slowest.map((value) => value ?? 0));
  return `${service.service}: ${answered.join(', then ')}; ${sum(service.lost)} lost; slowest ${duration(slowest)}. Steps: ${steps.join(', ') || 'none'}.`;
}

/** How many rows the table beside a plot has at most. */
const mostRows = 40;

function overTime(
  { bucketMs, buckets }: Timeline,
  { service, instances, slowest, lost }: ServiceTimeline,
): Html {
  const size = Math.ceil(buckets / mostRows);
  const rows = Array.from({ length: Math.ceil(buckets / size) }, (_, row) => {
    const part = <T>(values: readonly T[]) => values.slice(row * size, (row + 1) * size);
    const sum = (values: readonly number[]) => part(values).reduce((total, value) => total + value, 0);
    const waited = part(slowest).filter((value) => value !== null);
    return [
      html`${((row * size * bucketMs) / 1000).toFixed(1)} s`,
      ...instances.map(({ answers }) => html`${sum(answers)}`),
      html`${waited.length === 0 ? '–' : duration(Math.max(...waited))}`,
      html`${sum(lost)}`,
    ];
  });
  const names = instances.map(({ instance, runtime }) => `${instance} (${runtime})`);
  return table(`${service} over time`, ['from', ...names, 'slowest', 'lost'], rows);
}

function phases(receipt: Receipt): Html {
  const rows = receipt.phases.map((phase) => [
    html`${phase.name}`,
    html`${((phase.startedAt - receipt.startedAt) / 1000).toFixed(1)} s`,
    html`${duration(phase.endedAt - phase.startedAt)}`,
    ...figureCells(phase),
  ]);
  return html`<h2>Step by step</h2>
${table('Step by step', ['step', 'at', 'took', ...figureNames], rows)}
<p class="quiet">A request counts in every step during which it was under way, whichever service it was for.</p>`;
}

function data(volumes: readonly DataIdentity[]): Html {
  if (volumes.length === 0) return html``;
  const words = { same: 'the same', different: 'DIFFERENT', unknown: 'not compared' };
  const rows = volumes.map((volume) => {
    const verdict = compareData(volume);
    return [
      html`${volume.volume}`,
      html`${state(volume.before)}`,
      html`${state(volume.after)}`,
      html`<span class="${verdict === 'different' ? 'bad' : 'good'}">${words[verdict]}</span>`,
    ];
  });
  return html`<h2>Data</h2>
${table('Data before and after', ['volume', 'before', 'after', 'it is'], rows, 4)}`;
}

function state(found: DataState | null): string {
  if (found === null) return '–';
  const { owner, mode, files, hash } = found;
  return `${owner} ${mode}, ${count(files)} files${hash === null ? '' : `, ${hash.slice(0, 12)}`}`;
}

function lost(receipt: Receipt): Html {
  if (receipt.lost === 0) return html``;
  const reasons = Object.entries(receipt.failures).map(([reason, times]) => [
    html`${reason}`,
    html`${count(times)}`,
  ]);
  const single = receipt.lostRequests.map(({ at, service, reason }) => [
    html`${((at - receipt.startedAt) / 1000).toFixed(2)} s`,
    html`${service}`,
    html`${reason}`,
  ]);
  return html`<h2>Lost requests</h2>
${table('Why requests were lost', ['reason', 'requests'], reasons)}
<details><summary>the first ${single.length}, one by one</summary>
${table('Lost requests', ['sent at', 'service', 'reason'], single, 3)}</details>`;
}

function footer({ source, notes }: Receipt): Html {
  const counted = {
    load: 'Counted by the driver of an open-loop load, which tries nothing a second time. A latency begins when the request was due and ends with the last byte of its answer.',
    proxy:
      "Counted from the log of the host's proxy. A latency ends with the first byte of the answer. Requests that a client gave up are not counted as lost.",
  };
  return html`<footer>
<p>${counted[source]}</p>
${notes.map((note) => html`<p>${note}</p>`)}
</footer>`;
}

const figureNames = ['requests', 'lost', 'p50', 'p99', 'max'];

function figureCells(own: Figures): Html[] {
  const lost = own.lost === 0 ? html`0` : html`<strong class="bad">${count(own.lost)}</strong>`;
  return [
    html`${count(own.sent)}`,
    lost,
    ...[own.p50, own.p99, own.max].map((value) => html`${duration(value)}`),
  ];
}

/** `texts`: how many of the first columns are words. Wide tables are scrolled by themselves, also by keyboard. */
function table(label: string, names: readonly string[], rows: readonly Html[][], texts = 1): Html {
  const kind = (nth: number) => (nth < texts ? 'text' : 'number');
  const row = (cells: readonly Html[]) =>
    html`<tr>${cells.map((cell, nth) =>
      nth === 0 ? html`<th scope="row">${cell}</th>` : html`<td class="${kind(nth)}">${cell}</td>`,
    )}</tr>`;
  return html`<div class="scroll" role="region" aria-label="${label}" tabindex="0"><table class="figures">
<thead><tr>${names.map((name, nth) => html`<th scope="col" class="${kind(nth)}">${name}</th>`)}</tr></thead>
<tbody>${rows.map(row)}</tbody>
</table></div>`;
}

const count = (value: number) => value.toLocaleString('en');

function duration(ms: number | null): string {
  if (ms === null) return '–';
  if (ms >= 1000) return `${(ms / 1000).toFixed(1)} s`;
  return `${ms >= 10 ? Math.round(ms) : Math.round(ms * 10) / 10} ms`;
}

const moment = (at: number) => new Date(at).toISOString().replace('T', ' ').slice(0, 19);
