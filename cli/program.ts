import { Command, CommanderError } from 'commander';
import { commands } from './commands.ts';
import type { Context, Run } from './context.ts';
import { CliError, exit } from './exit.ts';

const examples = `
Examples:
  cortex status                          what runs, and is it what was declared?
  cortex status -s prod --json           the same of another stack, for programs
  cortex audit                           what else runs on that host?
  cortex adopt cortex                    take that Compose project in, running
  cortex preflight -s prod               can the first up succeed, and its cost?
  cortex feasibility --to podman         what stands against the flip?
  cortex logs cortex-engine -f           what it writes, over restarts and flips
  cortex exec cortex-admin -- sh         a shell in its container
  cortex run -v .:/app -w /app python:3.11 -- python script.py
  cortex receipt                         what the last pulumi up cost

Exit codes: 0 all is well, 1 it could not be done, 2 the command line is wrong,
3 refused because it would do harm, 7 something differs from what is declared.

What Pulumi does well is Pulumi's: pulumi preview, pulumi up, pulumi destroy.`;

/** Runs one command line, without the words before the command. @returns the exit code */
export async function runProgram(argv: readonly string[], context: Context): Promise<number> {
  let code: number = exit.ok;
  const run: Run =
    (action) =>
    async (...given) => {
      code = await action(context, ...given);
    };
  const program = shaped(new Command('cortex'), context)
    .description('what runs on the hosts of this project, and how to get at it')
    .addHelpText('after', examples);
  const wanted = argv.find((word) => Object.hasOwn(commands, word));
  for (const [name, { summary, load }] of Object.entries(commands)) {
    const command = shaped(program.command(name), context).description(summary);
    if (name === wanted) (await load()).define(command, run);
  }
  try {
    await program.parseAsync(argv, { from: 'user' });
    return code;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? exit.ok : exit.usage;
    context.err.write(`cortex: ${told(error)}\n`);
    return error instanceof CliError ? error.code : exit.error;
  }
}

function shaped(command: Command, { out, err }: Context): Command {
  return command
    .exitOverride()
    .configureOutput({
      writeOut: (text) => out.write(text),
      writeErr: (text) => err.write(text),
      getOutHelpWidth: () => 80,
      getErrHelpWidth: () => 80,
    })
    .showSuggestionAfterError()
    .helpCommand(false);
}

/** Errors that a reader is meant to read have a kind of their own; others are faults of this program. */
function told(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const expected = ['CliError', 'HostError', 'ConfigError', 'ComposeError'].includes(error.name);
  return expected ? error.message : (error.stack ?? error.message);
}
