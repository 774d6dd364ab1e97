import type { Command } from 'commander';
import { parseIdentity } from '../../components/host/identity.ts';
import { identityScript, setupScript } from '../../components/host/setup.ts';
import { adoptCall, reserveCall } from '../../provider/adopt.ts';
import { currentConnection } from '../../provider/connection.ts';
import { hostSetupScript } from '../../provider/hostSetup.ts';
import type { Host } from '../../provider/inputs.ts';
import { words } from '../../provider/words.ts';
import { type Plan, plan } from '../adopt/plan.ts';
import { type Context, printJson, type Run, type StackOptions } from '../context.ts';
import { CliError, exit } from '../exit.ts';
import { wrapped } from '../table.ts';

interface AdoptOptions extends StackOptions {
  dryRun?: boolean;
}

export function define(command: Command, run: Run): void {
  command
    .argument('<project>', 'the Compose project, as docker compose ls names it')
    .option('-s, --stack <name>', 'the stack; default: the one that Pulumi has selected')
    .option('-n, --dry-run', 'says what would be done, and does nothing')
    .option('--json', 'for programs')
    .addHelpText(
      'after',
      `
Takes the containers of a running Compose project into the stack, each as the
first instance of its service. Nothing is stopped or started again: the proxy
is put in front of them, new connections to their ports go through it, and
their volumes become the stack's where they are. The pulumi up that follows
replaces them one by one, as any other change.

The host (cortex:host of kind ssh) is set up first, as pulumi up does it:
packages, account, proxy. Can be run again; what is done stays done.

What was connected before stays connected to the container itself, until the
client connects anew or the container is replaced.

Exit codes: 0 adopted, 3 it cannot be, and nothing was changed, 1 it failed;
what is told then can be mended, and adopt run again.

Examples:
  cortex audit -s prod
  cortex adopt cortex -s prod --dry-run
  cortex adopt cortex -s prod && pulumi up -s prod`,
    )
    .action(
      run(async (context, project: string, options: AdoptOptions) => {
        const done = await adopt(context, project, options);
        if (options.json) printJson(context, shown(done));
        else context.out.write(text(done, options.dryRun === true));
        return exit.ok;
      }),
    );
}

async function adopt(
  context: Context,
  project: string,
  { stack: name, dryRun }: AdoptOptions,
): Promise<Plan> {
  const stack = await context.openStack(name);
  const { config, services, runtimes } = stack.declared();
  const { host: declared } = config;
  if (declared.kind !== 'ssh')
    throw new CliError(
      `stack '${stack.name}' makes its own VM, on which nothing can run yet, expected cortex:host of kind ssh`,
      exit.refused,
    );
  const connection = currentConnection(stack.name, declared);
  const shell = context.connect(connection, declared.hostKey);
  const say = (text: string) => context.err.write(`${text}\n`);

  const { stdout: inspected } = await shell.run(
    `ids=$(docker ps --all --quiet --no-trunc --filter ${words([`label=com.docker.compose.project=${project}`])}) || exit 1\n` +
      'if [ -n "$ids" ]; then docker inspect --type container $ids; fi',
  );
  const wanted = plan({ stack: stack.name, project, services, runtimes, inspected });
  if (dryRun) return wanted;

  say('setting the host up: packages, account, proxy. What runs is left alone');
  await shell.run(setupScript({ account: declared.account }));
  await shell.run(`(\n${hostSetupScript()}\n)`);
  const { machineId, account } = parseIdentity((await shell.run(identityScript(declared.account))).stdout);
  const host: Host = { machineId, account, hostKey: declared.hostKey, connection };
  say(`adopting ${wanted.adoptions.map(({ container }) => container).join(', ')}`);
  const reserved = await stack.hosts.change(stack.name, host, reserveCall(stack.name, wanted.adoptions));
  await stack.hosts.change(stack.name, host, adoptCall(stack.name, host, wanted.adoptions, reserved), {
    progress: say,
  });
  return wanted;
}

/** For programs: who was adopted as what. */
function shown({ stack, project, adoptions, left }: Plan) {
  return {
    stack,
    project,
    adopted: adoptions.map(({ spec, container, mounts, published }) => ({
      service: spec.name,
      container,
      data: mounts.map(({ source, directory }) => ({ from: source, to: `${directory}/data` })),
      ports: published.map(({ address, port }) => `${address}:${port}`),
    })),
    left,
  };
}

function text({ stack, project, adoptions, left }: Plan, dryRun: boolean): string {
  const lines = adoptions.flatMap(({ spec, container, mounts, published }) => [
    `${spec.name}: ${container}`,
    ...published.map(({ address, port }) => `  ${address}:${port} goes through the proxy`),
    ...mounts.flatMap(({ what, directory }) => [
      `  ${what} is the stack's, with all that is in it:`,
      `    ${directory}/data`,
    ]),
  ]);
  const end = dryRun
    ? 'Nothing was done. Without --dry-run nothing is stopped either.'
    : `Nothing was stopped. ${project} serves as before, now as the first instances of stack ${stack}. Next: pulumi preview --stack ${stack}, then pulumi up --stack ${stack}, which replaces them one by one.`;
  const notes = [...left.map((each) => `- ${each}`), ...(left.length > 0 ? [''] : []), end];
  return `${[...lines, '', ...notes.flatMap((note) => wrapped(note.split(' '), '', 80))].join('\n')}\n`;
}
