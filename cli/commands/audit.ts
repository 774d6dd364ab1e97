import type { Command } from 'commander';
import { type Audit, audit, isAsDeclared } from '../../audit/audit.ts';
import { parseHost } from '../../audit/host.ts';
import type { ParsedConfig } from '../../config/parse.ts';
import { currentConnection } from '../../provider/connection.ts';
import type { Host } from '../../provider/inputs.ts';
import { machineConnection } from '../../provider/podmanMachine.ts';
import { words } from '../../provider/words.ts';
import { auditText } from '../audit/text.ts';
import { type Context, printJson, type Run, type StackOptions } from '../context.ts';
import { exit } from '../exit.ts';
import { hostFunctions } from '../remote.ts';
import { connectionOf, type Stack } from '../stack.ts';

export function define(command: Command, run: Run): void {
  command
    .option('-s, --stack <name>', 'the stack; default: the one that Pulumi has selected')
    .option('--json', 'for programs')
    .addHelpText(
      'after',
      `
Says what runs on the stack's host, also where nothing was ever deployed: in
Docker, in Podman (root's and any account's), under Compose, in systemd units
that somebody wrote, and what else listens on the declared ports. Each is a
declared service or a stranger.

It is one look over SSH, and only a look: nothing is written, installed,
started or stopped. With passwordless sudo it sees everything; without, it
says what it could not see. Commands are shown without their secrets.

CONNECTIONS are those of now and of the last minute. What has none, and is
named by nothing else, is told as unused: it may still be needed once a month.

Exit codes: 0 what is declared runs, and nothing else; 7 something differs;
1 the host did not answer, or not all of it could be seen.

Examples:
  cortex audit
  cortex audit -s prod --json | jq '.strangers[].name'`,
    )
    .action(
      run(async (context, { stack: name, json }: StackOptions) => {
        const found = await look(context, name);
        if (json) printJson(context, found);
        else context.out.write(auditText(found, context.out));
        if (!isAsDeclared(found)) return exit.drift;
        return found.unseen.length > 0 ? exit.error : exit.ok;
      }),
    );
}

/** One round trip. @throws {HostError} when the host does not answer */
async function look(context: Context, name: string | undefined): Promise<Audit> {
  const stack = await context.openStack(name);
  const { config, services } = stack.declared();
  const { host } = config;
  const { connection, hostKey } = wayTo(stack, host);
  const script = hostFunctions('audit');
  const { stdout } = await context
    .connect(connection, hostKey)
    .run(`export audit=${words([script])}\nbash -c "$audit"`, { asRoot: false });
  return audit(parseHost(stdout), { stack: stack.name, services });
}

/** A machine that exists needs no `up` to be known. */
function wayTo(stack: Stack, host: ParsedConfig['host']): Pick<Host, 'connection' | 'hostKey'> {
  switch (host.kind) {
    case 'gcp':
      return connectionOf(stack);
    case 'ssh':
      return { connection: currentConnection(stack.name, host), hostKey: host.hostKey };
    case 'podman-machine':
      return { connection: machineConnection(host.machine), hostKey: host.hostKey };
  }
}
