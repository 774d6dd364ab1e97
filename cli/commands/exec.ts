import type { Command } from 'commander';
import { words } from '../../provider/words.ts';
import type { Run, StackOptions } from '../context.ts';
import { engineFunction, hostFunctions, mustHave, outcome } from '../remote.ts';
import { hostOf } from '../stack.ts';

export function define(command: Command, run: Run): void {
  command
    .argument('<service>')
    .argument('<command...>', 'after two dashes')
    .option('-s, --stack <name>', 'the stack; default: the one that Pulumi has selected')
    .addHelpText(
      'after',
      `
Runs a command in the container that serves, under whichever runtime. It gets
your stdin, and a terminal if you are at one. cortex ends with its exit code, or
with 125 where it could not be run.

Examples:
  cortex exec cortex-admin -- sh
  cortex exec cortex-engine -- python -m cortex.report
  cortex exec cortex-engine -- cat /app/state/report.csv >report.csv`,
    )
    .action(
      run(async (context, service: string, argv: string[], { stack: name }: StackOptions) => {
        const stack = await context.openStack(name);
        const host = hostOf(stack);
        mustHave(stack, service);
        const tty = context.interactive && context.out.terminal;
        const script = [
          'set -eu',
          hostFunctions('serving'),
          engineFunction(host.account),
          `serving ${words([stack.name, service])}`,
          `must_run ${words([service])}`,
          `engine exec --interactive ${tty ? '--tty ' : ''}"$instance" ${words(argv)}`,
        ].join('\n');
        return await outcome(await stack.hosts.attach(stack.name, host, script, { tty, stdio: 'inherit' }));
      }),
    );
}
