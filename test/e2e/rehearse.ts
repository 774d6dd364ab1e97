import { expect } from '@jest/globals';
import { ask, type Question } from '../../rehearsal/ask.ts';
import { buildTemplate } from '../../rehearsal/images/template.ts';
import { type PulumiRun, Rehearsal, type RehearsalArgs } from '../../rehearsal/rehearsal.ts';
import type { Vm } from '../../rehearsal/vm/vm.ts';
import { toStderr } from '../../toolchain/progress.ts';

/** A deployment and all that a test does to it. */
export const minutes = 60_000;

/** A rehearsal of its own for a file of tests; the template is built by the first and cached. */
export async function rehearse(args: Omit<RehearsalArgs, 'rootfs'> = {}): Promise<Rehearsal> {
  return Rehearsal.start({ rootfs: await buildTemplate({ onProgress: toStderr }), ...args });
}

/** Config of a stack on a machine that somebody has, whose images were brought by hand. */
export function existingMachine(owner: Rehearsal, vm: Vm): Record<string, unknown> {
  return {
    'cortex:images': { pin: false },
    'cortex:host': {
      kind: 'ssh',
      address: vm.address,
      user: 'somebody',
      identityFile: owner.identityFile,
      hostKey: vm.hostKeys[0],
    },
  };
}

/** A run that must end well: its whole output is in the failure otherwise. */
export function well(run: PulumiRun): PulumiRun {
  if (run.code !== 0) throw new Error(`pulumi ended with ${run.code}:\n${run.output}`);
  return run;
}

export interface Identity {
  service: string;
  version: string;
  runtime: string;
  instance: string;
  started: string;
}

/** What a service says of itself through the edge. */
export async function who(rehearsal: Rehearsal, service: string): Promise<Identity> {
  const { status, body } = await ask(rehearsal.edge.publicPort, `${service}.localhost`, '/');
  if (status !== 200) throw new Error(`${service} answered ${status}: ${body}`);
  return JSON.parse(body) as Identity;
}

/** Asks a service that has no hostname on the edge, from the host, at the service's own address. */
export async function inside(
  vm: Vm,
  service: string,
  port: number,
  path: string,
  question: Question = {},
): Promise<string> {
  const { method = 'GET', body = '' } = question;
  const data = Buffer.from(body).toString('base64');
  return await vm.exec(
    `address=$(awk '$3 == "${service}" { print $1 }' /var/lib/containerhost/addresses)\n` +
      `printf %s '${data}' | base64 -d | curl --silent --show-error --fail --max-time 60 --request ${method} ` +
      `${method === 'POST' ? '--data-binary @-' : ''} "http://$address:${port}${path}"`,
  );
}

/** Runs `again` until it does not throw, for at most so long. */
export async function eventually<T>(seconds: number, again: () => Promise<T>): Promise<T> {
  const end = Date.now() + seconds * 1000;
  for (;;) {
    try {
      return await again();
    } catch (error) {
      if (Date.now() > end) throw error;
      await new Promise((resolve) => setTimeout(resolve, 250));
    }
  }
}

/** Until the service's instance is parked: looked at on the host, where nothing delays it. */
export async function untilParked(vm: Vm, stack: string, service: string): Promise<void> {
  const parked = `/var/lib/containerhost/${stack}/${service}/parked`;
  await vm.exec(`for _ in $(seq 2400); do [ ! -e ${parked} ] || exit 0; sleep 0.05; done; exit 1`);
}

/** A preview that finds nothing, says so by its exit code too, and has read the host, once. */
export async function expectClean(rehearsal: Rehearsal): Promise<void> {
  rehearsal.trips();
  const { code, output } = await rehearsal.preview(['--expect-no-changes']);
  if (code !== 0) throw new Error(`the preview is not clean:\n${output}`);
  expect(rehearsal.trips()).toEqual(['read_stack']);
  expect(output).not.toMatch(/\b(create|replace|update|delete)\)/);
}
