import { type Finding, findingText, ofSeverity } from '../preflight/finding.ts';
import { hostFindings, memoryFindings, type Twice } from '../preflight/host.ts';
import { hostPaths, serviceFindings } from '../preflight/service.ts';
import { render } from '../runtimes/render.ts';
import { type RenderContext, verbs } from '../runtimes/runtime.ts';
import type { Hosts } from './hosts.ts';
import type { InstanceInputs } from './inputs.ts';
import { putRendered } from './instanceFiles.ts';
import type { Operation } from './rpc/resourceProvider.ts';
import { HostError } from './ssh/problem.ts';
import { words } from './words.ts';

/** The services that run twice until a run ends, because pending deletes come last: by run, stack and host. */
const together = new WeakMap<Hosts, Map<string, Twice[]>>();

/**
 * What stands against an instance, found out before anything is touched.
 *
 * @throws {HostError} when the host does not answer
 */
export async function preflight(
  inputs: InstanceInputs,
  hosts: Hosts,
  { signal }: Pick<Operation, 'signal'>,
): Promise<Finding[]> {
  const { host, stack, spec, runtime } = inputs;
  const probe = await hosts.probe(stack, host, hostPaths(spec), { signal });
  const serving = probe.serving[spec.name];
  const args = { spec, runtime, from: serving?.runtime, accountUid: host.account.uid };
  const twice = twiceOf(hosts, `${stack} ${host.machineId}`);
  if (spec.rollout === 'rolling' && serving !== undefined) {
    twice.push({ service: spec.name, serving: serving.instance, limitBytes: spec.limits.memoryBytes });
  }
  return [
    ...hostFindings(runtime, host.account.name, probe),
    ...serviceFindings(args, probe),
    ...memoryFindings(twice, probe),
  ];
}

function twiceOf(hosts: Hosts, key: string): Twice[] {
  const ofRun = together.get(hosts) ?? new Map<string, Twice[]>();
  together.set(hosts, ofRun);
  const found = ofRun.get(key) ?? [];
  ofRun.set(key, found);
  return found;
}

/**
 * Has the host's own tools read the unit that would be written (quadlet and systemd, or Compose).
 *
 * @throws {HostError} with what they say
 */
export async function checkUnit(
  inputs: InstanceInputs,
  hosts: Hosts,
  { signal }: Partial<Pick<Operation, 'signal'>> = {},
): Promise<void> {
  const { host, stack, spec, runtime } = inputs;
  const context = sampleContext(inputs);
  // of the verbs only the one that checks; what the service reads itself is in no unit
  const others = verbs.filter((verb) => verb !== 'check').map((verb) => `${context.directory}/${verb}`);
  const files = render(runtime, spec, context).files.filter(
    ({ owner, path }) => owner === 'root' && !others.includes(path),
  );
  await hosts.ask(
    stack,
    host,
    [
      // in memory; removed whatever comes
      `trap 'rm -rf "${context.directory}"' EXIT`,
      `install -d -m 0700 ${words([context.directory])}`,
      putRendered({ files }, context),
      // by its shell: /run may refuse to execute
      `sh ${words([`${context.directory}/check`])} >&2 || fail ${words([`${spec.name} would not start on ${runtime}`])}`,
    ].join('\n'),
    { signal },
  );
}

/** As an instance would get it. Ports and addresses are given when it is made: any will do. */
function sampleContext({ stack, spec, name = spec.name, host }: InstanceInputs): RenderContext {
  const directory = `/run/containerhost-check-${name}`;
  return {
    stack,
    instance: name,
    directory,
    account: host.account,
    addresses: Object.fromEntries([spec.name, ...spec.peers].map((peer) => [peer, '198.19.0.1'])),
    ports: Object.fromEntries(spec.ports.map(({ port }, index) => [port, 20000 + index])),
    volumes: Object.fromEntries(
      spec.mounts.flatMap((mount) => (mount.kind === 'volume' ? [[mount.volume, directory]] : [])),
    ),
    projects: Object.fromEntries(
      spec.mounts.flatMap((mount) => (mount.kind === 'project' ? [[mount.source, directory]] : [])),
    ),
    digest: '0'.repeat(64),
  };
}

/** Tells what was found, and stops where it must not go on. @throws with every refusal */
export function judge(findings: readonly Finding[], log: Operation['log']): void {
  for (const finding of ofSeverity(findings, 'warning')) log('warning', findingText(finding));
  for (const finding of ofSeverity(findings, 'note')) log('info', findingText(finding));
  refuse(findings);
}

/** @throws with every refusal */
export function refuse(findings: readonly Finding[]): void {
  const refusals = ofSeverity(findings, 'refusal').map(findingText);
  if (refusals.length > 0) throw new Error(['nothing was begun:', ...new Set(refusals)].join('\n'));
}

/** A preview goes on where the host cannot be asked: the recovery of a lost host begins with one. */
export function isUnreachable(error: unknown): error is HostError {
  return error instanceof HostError && error.kind !== 'failed' && error.kind !== 'cancelled';
}
