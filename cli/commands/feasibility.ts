import { type Command, Option } from 'commander';
import type { Finding } from '../../preflight/finding.ts';
import { hostFindings } from '../../preflight/host.ts';
import { hostPaths, serviceFindings } from '../../preflight/service.ts';
import { checkUnit } from '../../provider/preflight.ts';
import { HostError } from '../../provider/ssh/problem.ts';
import { problems } from '../../runtimes/check.ts';
import { type RuntimeName, runtimeNames, type ServiceSpec } from '../../spec/service.ts';
import { printJson, type Run, type StackOptions } from '../context.ts';
import { CliError, exit } from '../exit.ts';
import { findingLines } from '../findings.ts';
import { hostOf, type Stack } from '../stack.ts';

interface FeasibilityOptions extends StackOptions {
  to: RuntimeName;
}

/** What was found of the host, and of each service. */
interface Feasibility {
  stack: string;
  to: RuntimeName;
  host: Finding[];
  services: { service: string; from: RuntimeName | undefined; findings: Finding[] }[];
}

export function define(command: Command, run: Run): void {
  command
    .argument('[service...]', 'services to ask about; default: all that are on')
    .option('-s, --stack <name>', 'the stack; default: the one that Pulumi has selected')
    .addOption(
      new Option('--to <runtime>', 'the runtime to move to').choices(runtimeNames).makeOptionMandatory(),
    )
    .option('--json', 'for programs')
    .addHelpText(
      'after',
      `
Every reason why services could fail on another runtime, or behave otherwise
there: from what is declared, and from the host itself, whose tools read the
units that would be written. Nothing is changed. A preview of the flip tells
the same, and stops where something is refused.

  refused  it would fail, or do harm
  differs  it works, and is not all that was declared
  handled  it differs between the runtimes, and is taken care of

Exit codes: 0 it can be done, 3 something is refused, 1 nobody knows.

Examples:
  cortex feasibility --to podman
  cortex feasibility --to docker cortex-engine -s prod --json`,
    )
    .action(
      run(async (context, names: string[], { stack: name, to, json }: FeasibilityOptions) => {
        const stack = await context.openStack(name);
        const found = await feasibility(stack, to, chosen(stack, names));
        if (json) printJson(context, found);
        else context.out.write(text(found));
        return all(found).some(({ severity }) => severity === 'refusal') ? exit.refused : exit.ok;
      }),
    );
}

/** @throws {CliError} with all that are not declared */
function chosen(stack: Stack, names: readonly string[]): ServiceSpec[] {
  const { services } = stack.declared();
  const unknown = names.filter((name) => !services.some((spec) => spec.name === name));
  if (unknown.length > 0) {
    throw new CliError(
      `no service ${unknown.map((name) => `'${name}'`).join(', ')} is declared; there are ${services.map(({ name }) => name).join(', ')}`,
      exit.usage,
    );
  }
  return names.length === 0 ? services : services.filter(({ name }) => names.includes(name));
}

/** @throws {HostError} when the host does not answer */
async function feasibility(
  stack: Stack,
  to: RuntimeName,
  specs: readonly ServiceSpec[],
): Promise<Feasibility> {
  const host = hostOf(stack);
  const probe = await stack.hosts.probe(stack.name, host, specs.flatMap(hostPaths));
  const services = await Promise.all(
    specs.map(async (spec) => {
      const from = probe.serving[spec.name]?.runtime;
      const declared = problems(to, spec).map((problem) => refusal(problem));
      const findings = serviceFindings({ spec, runtime: to, from, accountUid: host.account.uid }, probe);
      // a unit can be rendered only of what can be said on the runtime
      const unit = declared.length === 0 ? await unitFindings(stack, to, spec) : [];
      return { service: spec.name, from, findings: [...declared, ...findings, ...unit] };
    }),
  );
  return { stack: stack.name, to, host: hostFindings(to, host.account.name, probe), services };
}

/** `problems` tells where, what and what to do in one line. */
function refusal(line: string): Finding {
  const [where = '', ...rest] = line.split(': ');
  return { severity: 'refusal', where, found: rest.join(': '), fix: '' };
}

async function unitFindings(stack: Stack, runtime: RuntimeName, spec: ServiceSpec): Promise<Finding[]> {
  const inputs = { host: hostOf(stack), stack: stack.name, runtime, spec, secrets: {} };
  try {
    await checkUnit(inputs, stack.hosts);
    return [];
  } catch (error) {
    if (!(error instanceof HostError) || error.kind !== 'failed') throw error;
    const fix = "See what the host's tools say of it, and change the field that it comes from";
    return [{ severity: 'refusal', where: `services.${spec.name}`, found: error.message, fix }];
  }
}

const all = ({ host, services }: Feasibility) => [...host, ...services.flatMap(({ findings }) => findings)];

function text({ to, host, services, stack }: Feasibility): string {
  const refused = (findings: readonly Finding[]) => findings.some(({ severity }) => severity === 'refusal');
  const against = [
    ...(refused(host) ? ['the host'] : []),
    ...services.filter(({ findings }) => refused(findings)).map(({ service }) => service),
  ];
  return [
    ...(host.length > 0 ? ['the host', ...findingLines(host)] : []),
    ...services.flatMap(({ service, from, findings }) => [
      `${service} (${from ?? 'not running'} to ${to})${findings.length === 0 ? ': nothing against it' : ''}`,
      ...findingLines(findings),
    ]),
    '',
    against.length === 0
      ? `${stack} can move to ${to}.`
      : `${stack} cannot move to ${to} as it is. Against it: ${against.join(', ')}.`,
    '',
  ].join('\n');
}
