import { type Command, InvalidArgumentError } from 'commander';
import { words } from '../../provider/words.ts';
import type { Context, Run, StackOptions } from '../context.ts';
import { engineFunction, hostFunctions, linesOf, mustHave, outcome } from '../remote.ts';
import { hostOf, type Stack } from '../stack.ts';

interface LogsOptions extends StackOptions {
  follow?: boolean;
  lines: string;
}

export function define(command: Command, run: Run): void {
  command
    .argument('<service>')
    .option('-f, --follow', 'go on, over restarts and replacements, until Ctrl-C')
    .option('-n, --lines <number>', 'how many of the last lines, or all', lines, '100')
    .option('-s, --stack <name>', 'the stack; default: the one that Pulumi has selected')
    .option('--json', 'for programs: one object a line')
    .addHelpText(
      'after',
      `
What the instance that serves wrote: its stdout on stdout, its stderr on stderr.
After a flip, that is the new instance; --follow shows it from its beginning.

Examples:
  cortex logs cortex-engine
  cortex logs cortex-engine -n all | grep ERROR
  cortex logs cortex-admin -f -s prod`,
    )
    .action(
      run(async (context, service: string, options: LogsOptions) => {
        const stack = await context.openStack(options.stack);
        mustHave(stack, service);
        return show(stack, service, options, context);
      }),
    );
}

function lines(value: string): string {
  if (/^(\d+|all)$/.test(value)) return value;
  throw new InvalidArgumentError('Expected a number, or all.');
}

async function show(stack: Stack, service: string, options: LogsOptions, { out }: Context): Promise<number> {
  const host = hostOf(stack);
  const follow = options.follow ? 'follow' : '';
  const script = [
    'set -eu',
    hostFunctions('serving'),
    engineFunction(host.account),
    hostFunctions('logs'),
    `show_logs ${words([stack.name, service, host.account.name, options.lines, follow])}`,
  ].join('\n');
  const shown = options.json ? 'pipe' : 'inherit';
  // a stdin that stays open for as long as we are here
  const attached = await stack.hosts.attach(stack.name, host, script, {
    tty: false,
    stdio: ['pipe', shown, shown],
  });
  const printing = (['stdout', 'stderr'] as const).map(async (stream) => {
    for await (const line of linesOf(attached.process[stream]))
      out.write(`${JSON.stringify({ service, stream, line })}\n`);
  });
  const [code] = await Promise.all([outcome(attached), ...printing]);
  return code;
}
