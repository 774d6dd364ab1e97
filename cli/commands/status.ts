import type { Command } from 'commander';
import { textDiffs } from '../../provider/drift.ts';
import { parseReading } from '../../provider/reading.ts';
import { words } from '../../provider/words.ts';
import { type Context, printJson, type Run, type StackOptions } from '../context.ts';
import { exit } from '../exit.ts';
import { hostFunctions } from '../remote.ts';
import { hostOf, type Stack } from '../stack.ts';
import { parseFigures } from '../status/figures.ts';
import { isWell, type StackStatus, stackStatus } from '../status/status.ts';
import { statusText } from '../status/text.ts';

export function define(command: Command, run: Run): void {
  command
    .option('-s, --stack <name>', 'the stack; default: the one that Pulumi has selected')
    .option('--wide', 'one line a service, however long, with instance and addresses')
    .option('--json', 'for programs')
    .addHelpText(
      'after',
      `
DECLARED is what the project's files say, APPLIED what the last pulumi up did,
LIVE what is on the host: the runtime where it runs, else its state. Memory is
what its processes hold.

Exit codes: 0 all is as declared and well, 7 something is not, 1 nobody knows:
the host did not answer, which never means that anything is gone.

Examples:
  cortex status
  cortex status -s prod --wide
  cortex status --json | jq '.services[] | select(.remarks != [])'`,
    )
    .action(
      run(async (context, { stack: name, wide = false, json }: StackOptions & { wide?: boolean }) => {
        const stack = await context.openStack(name);
        const status = await readStatus(stack, context);
        if (json) printJson(context, status);
        else context.out.write(statusText(status, { wide }, context.out));
        return isWell(status) ? exit.ok : exit.drift;
      }),
    );
}

/** One round trip to the host. @throws {HostError} when it does not answer */
async function readStatus(stack: Stack, context: Context): Promise<StackStatus> {
  const host = hostOf(stack);
  const declared = readDeclared(stack, context);
  const arguments_ = words([stack.name, host.account.name]);
  const answer = await stack.hosts.ask(
    stack.name,
    host,
    `read_stack ${arguments_}\n${hostFunctions('status')}\nread_status ${arguments_}`,
  );
  const reading = parseReading(answer);
  return stackStatus({
    stack: stack.name,
    declared,
    state: stack.state,
    reading,
    figures: parseFigures(answer),
    textDiff: await textDiffs(reading),
  });
}

/** What runs is worth knowing, even while somebody is editing the files. */
function readDeclared(stack: Stack, { err }: Context) {
  try {
    return stack.declared();
  } catch (error) {
    err.write(`cortex: what is declared could not be read\n${(error as Error).message}\n\n`);
    return undefined;
  }
}
