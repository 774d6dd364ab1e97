import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Command } from 'commander';
import { words } from '../../provider/words.ts';
import { changedConfig, parseHistory, type Update } from '../../receipt/history.ts';
import { parseHostLog } from '../../receipt/hostLog.ts';
import { makeReceipt, type Receipt } from '../../receipt/receipt.ts';
import { writeReceipt } from '../../receipt/write.ts';
import { printJson, type Run, type StackOptions } from '../context.ts';
import { CliError, exit } from '../exit.ts';
import { hostOf, type Stack } from '../stack.ts';

interface Options extends StackOptions {
  since?: string;
  out: string;
}

/** How much before and after a deployment is looked at as well, seconds. */
const marginSeconds = 30;

export function define(command: Command, run: Run): void {
  command
    .option('-s, --stack <name>', 'the stack; default: the one that Pulumi has selected')
    .option('--since <time>', 'from then until now, such as 2026-11-21T12:00Z; default: the last pulumi up')
    .option('--out <folder>', 'where the page and its JSON are written', 'receipts')
    .option('--json', 'prints the receipt for programs, and writes nothing')
    .addHelpText(
      'after',
      `
What a deployment cost those who used the services meanwhile: requests, lost
requests and latencies, before, during and after each step, from the log of the
host's proxy. That log knows no path, header or visitor. It keeps the newest
128 MB, some 200,000 requests.

Exit codes: 0 nothing was lost, 7 something was.

Examples:
  cortex receipt -s prod
  cortex receipt --since 2026-11-21T12:00Z --json | jq .lost`,
    )
    .action(
      run(async (context, options: Options) => {
        const stack = await context.openStack(options.stack);
        const receipt = await readReceipt(stack, options.since);
        if (options.json) printJson(context, receipt);
        else {
          const page = writeReceipt(resolve(context.cwd, options.out), receipt);
          context.out.write(summary(receipt, page));
        }
        return receipt.lost === 0 ? exit.ok : exit.drift;
      }),
    );
}

/** One round trip to the host. @throws {CliError | HostError} */
async function readReceipt(stack: Stack, since: string | undefined): Promise<Receipt> {
  const host = hostOf(stack);
  const [last, before] = parseHistory(await stack.history());
  const window =
    since === undefined ? ofUpdate(stack, last) : { startedAt: parseTime(since), endedAt: Date.now() };
  const functions = readFileSync(join(import.meta.dirname, '..', 'host', 'receipt.sh'), 'utf8');
  const margin = since === undefined ? marginSeconds : 0;
  const from = Math.floor(window.startedAt / 1000) - margin;
  const to = Math.ceil(window.endedAt / 1000) + margin;
  const arguments_ = words([stack.name, `${from}`, `${to}`]);
  const answer = await stack.hosts.ask(stack.name, host, `${functions}\nread_receipt ${arguments_}`);
  const { requests, streams, steps, data, notes } = parseHostLog(stack.name, answer, from * 1000);
  return makeReceipt({
    stack: stack.name,
    title: since === undefined ? `pulumi up of ${last?.startTime}` : `since ${since}`,
    source: 'proxy',
    ...window,
    config: since === undefined && last ? [changedConfig(`Pulumi.${stack.name}.yaml`, before, last)] : [],
    steps,
    requests,
    streams,
    data,
    notes,
  });
}

function ofUpdate({ name }: Stack, last: Update | undefined) {
  if (!last) throw new CliError(`stack '${name}' was never updated: there is nothing to give a receipt for`);
  return { startedAt: Date.parse(last.startTime), endedAt: Date.parse(last.endTime) };
}

function parseTime(text: string): number {
  const at = Date.parse(text);
  if (Number.isNaN(at)) {
    throw new CliError(`--since: found '${text}', expected a time such as 2026-11-21T12:00Z`, exit.usage);
  }
  return at;
}

function summary({ sent, lost, seconds, services }: Receipt, page: string): string {
  const held = Object.entries(services).filter(([, { rollout }]) => rollout === 'recreate');
  return [
    `${sent} requests, ${lost} lost, in ${seconds} s`,
    ...held.map(
      ([service, own]) => `${service}: no request waited longer than ${(own.longestHeldMs ?? 0) / 1000} s`,
    ),
    page,
    '',
  ].join('\n');
}
