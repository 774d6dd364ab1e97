import { writeFileSync } from 'node:fs';
import { configDiff } from '../receipt/configDiff.ts';
import type { EngineEvent } from '../receipt/engineEvents.ts';
import { writeReceipt } from '../receipt/write.ts';
import { ask } from './ask.ts';
import { type Flip, flipUnderLoad, rate } from './flip.ts';
import { cloudLeftovers } from './leftovers.ts';
import type { Report } from './load/report.ts';
import type { PulumiRun, Rehearsal } from './rehearsal.ts';
import type { Screen } from './screen.ts';
import { removeContainer, startByHand, stopContainer, type Tampering } from './tamper.ts';
import { targets } from './targets.ts';

/** What happened in a rehearsal: the file that `--json` writes. */
export interface Story {
  steps: { name: string; seconds: number; ok: boolean }[];
  drift: (Tampering & { detected: boolean })[];
  flips: Flip[];
  leftovers: string[];
}

/** Thrown when a step did not do what it is there to show; the story tells up to which. */
export class StepFailed extends Error {}

export interface WalkthroughOptions {
  /** leaves the stack running */
  keep?: boolean;
  /** folder for the receipts of the flips; default: none are written */
  receipts?: string;
}

/**
 * The whole life of a stack: deployed, tampered with, mended, flipped to Podman and back, destroyed.
 *
 * @throws {StepFailed} at the first step that does not do what it should
 */
export async function walkthrough(
  rehearsal: Rehearsal,
  screen: Screen,
  story: Story,
  { keep = false, receipts }: WalkthroughOptions = {},
): Promise<void> {
  const step = async <T>(name: string, work: () => Promise<T>): Promise<T> => {
    const begun = performance.now();
    screen.step(name);
    const entry = { name, seconds: 0, ok: false };
    story.steps.push(entry);
    try {
      const result = await work();
      entry.ok = true;
      return result;
    } finally {
      entry.seconds = seconds(begun);
      screen.done(entry);
    }
  };
  const pulumi = async (verb: 'preview' | 'up' | 'destroy', args: string[] = []) => {
    const result: PulumiRun & { events?: EngineEvent[] } = await rehearsal[verb](args, {
      onLine: (line) => screen.detail(line),
    });
    if (result.code !== 0)
      throw new StepFailed(`pulumi ${verb} ended with ${result.code}:\n${result.output}`);
    return result;
  };

  rehearsal.flag('docker');
  await step('preview: a stack that does not exist yet', () => pulumi('preview'));
  await step('up: five services on Docker', () => pulumi('up'));
  await step('every service answers through the edge', () => answers(rehearsal, screen, 'docker'));

  const tampered = await step('somebody works on the host by hand', async () => {
    const { vm } = rehearsal;
    const done = [
      await stopContainer(vm, 'cortex-dashboard'),
      await removeContainer(vm, 'cortex-editor'),
      await startByHand(vm, 'cortex-admin'),
    ];
    for (const { service, tamper } of done) screen.say(`${service}: a container was ${tamper}`);
    return done;
  });
  await step('preview names what is different', async () => {
    const { output } = await pulumi('preview');
    for (const one of tampered) story.drift.push({ ...one, detected: detected(output, one) });
    for (const { service, tamper, detected } of story.drift) {
      screen.say(`${service} (${tamper}): ${detected ? 'named' : 'NOT named'}`);
    }
    if (story.drift.some((one) => !one.detected))
      throw new StepFailed(`preview did not name everything:\n${output}`);
  });
  await step('up repairs what is ours, and leaves the stranger alone', async () => {
    await pulumi('up');
    const left = await rehearsal.vm.exec("docker ps --filter name='^cortex-admin$' --format '{{.Names}}'");
    if (left.trim() !== 'cortex-admin')
      throw new StepFailed('the container that was started by hand is gone');
    await rehearsal.vm.exec('docker rm --force cortex-admin');
    await answers(rehearsal, screen, 'docker');
    const { code, output } = await rehearsal.preview(['--expect-no-changes']);
    if (code !== 0) throw new StepFailed(`the stack is not clean after the repair:\n${output}`);
  });

  for (const [from, to] of [
    ['docker', 'podman'],
    ['podman', 'docker'],
  ] as const) {
    const diff = await step(`the flag: ${from} to ${to}`, async () => {
      const flag = rehearsal.flag(to);
      screen.quote(flag.diff);
      return configDiff(`Pulumi.${rehearsal.stack}.yaml`, flag.diff);
    });
    await step('preview of the flip', async () => {
      const { output } = await pulumi('preview');
      const flips = output.match(new RegExp(`runtime *: "${from}" => "${to}"`, 'g'))?.length ?? 0;
      const others = otherChanges(output);
      screen.say(`${flips} services change their runtime; other changes: ${others.join(', ') || 'none'}`);
      if (others.length > 0) throw new StepFailed(`the preview changes more than services:\n${output}`);
      if (flips === 0) throw new StepFailed(`the preview shows no service that flips:\n${output}`);
    });
    await step(`up, with ${rate} requests a second`, async () => {
      const up = () => pulumi('up');
      const { flip, report, receipt } = await flipUnderLoad(rehearsal, from, to, up, { config: [diff] });
      story.flips.push(flip);
      screen.say(
        `${flip.requests} requests, ${flip.lost} lost, in ${flip.seconds} s; answered by ${shares(report)}`,
      );
      for (const [service, ms] of Object.entries(flip.longestHeldMs)) {
        screen.say(`${service}, a single writer: no request waited longer than ${round(ms / 1000)} s`);
      }
      if (receipts !== undefined) screen.say(`receipt: ${writeReceipt(receipts, receipt)}`);
      if (flip.lost > 0)
        throw new StepFailed(`${flip.lost} requests were lost: ${JSON.stringify(report.failures)}`);
    });
    await step(`every service answers from ${to}`, () => answers(rehearsal, screen, to));
  }

  if (keep) return;
  await step('destroy', () => pulumi('destroy'));
  await step('nothing is left', async () => {
    story.leftovers = cloudLeftovers(rehearsal);
    if (story.leftovers.length > 0) throw new StepFailed(`left behind: ${story.leftovers.join(', ')}`);
  });
}

async function answers(rehearsal: Rehearsal, screen: Screen, runtime: string): Promise<void> {
  for (const { service, hostname, port } of await targets(rehearsal)) {
    const url = `http://${hostname}:${port}/`;
    const { body } = await ask(port, hostname, '/');
    const said = JSON.parse(body) as { runtime?: string; version?: string };
    screen.say(`${service} ${said.version} on ${said.runtime}: ${url}`);
    if (said.runtime !== runtime)
      throw new StepFailed(`${url} is answered from ${said.runtime}, expected ${runtime}`);
  }
}

/** What a preview would change besides the instances of services and their slots, by type. */
export function otherChanges(preview: string): string[] {
  const steps = preview.matchAll(/^ *[~+-]+ ?(\S+): \((?:create|update|replace|delete)\)/gm);
  const types = [...steps].map(([, type = '']) => type);
  return types.filter((type) => !/^containerhost:index[:/](Instance|Slot)$/.test(type));
}

/** Whether a preview's text tells of a tampering. */
export function detected(preview: string, { tamper, service }: Tampering): boolean {
  switch (tamper) {
    case 'stopped':
      return new RegExp(`Instance[^\\n]*::${service}\\b[\\s\\S]*?state *: "exited" => "running"`).test(
        preview,
      );
    case 'removed':
      return new RegExp(
        `\\+ *containerhost:index[:/]Instance[^\\n]*: \\(create\\)[\\s\\S]{0,200}::${service}\\b`,
      ).test(preview);
    case 'started by hand':
      return preview.includes(`container "${service}" in docker on the host looks like ${service}`);
  }
}

export function writeStory(file: string, story: Story): void {
  writeFileSync(file, `${JSON.stringify(story, null, 2)}\n`);
}

function shares({ runtimes }: Report): string {
  return Object.entries(runtimes)
    .map(([runtime, count]) => `${runtime} ${count}`)
    .join(', ');
}

const round = (value: number) => Math.round(value * 10) / 10;
const seconds = (begun: number) => round((performance.now() - begun) / 1000);
