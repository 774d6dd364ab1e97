import { resolve } from 'node:path';
import { Command } from 'commander';
import { ensureToolchain } from '../toolchain/ensure.ts';
import { buildTemplate } from './images/template.ts';
import { Rehearsal } from './rehearsal.ts';
import { screenOn } from './screen.ts';
import { machinePackages } from './vm/packages.ts';
import { StepFailed, type Story, walkthrough, writeStory } from './walkthrough.ts';

/** `npm run rehearse`: a stack's whole life on this machine, without an account. */
const program = new Command('npm run rehearse --')
  .description('deploys the stack on a throwaway VM, flips it to Podman and back, and takes it away again')
  .option('--json <file>', 'write what happened to a file')
  .option('--receipt <folder>', 'where the receipts of the flips are written', 'receipts')
  .option('--keep', 'leave the stack running at the end, until Ctrl-C')
  .option('--verbose', 'show every line of pulumi')
  .parse();
const options = program.opts<{ json?: string; receipt: string; keep?: boolean; verbose?: boolean }>();

const screen = screenOn(process.stdout, options.verbose === true);
const story: Story = { steps: [], drift: [], flips: [], leftovers: [] };
await ensureToolchain({ command: 'npm run rehearse', packages: machinePackages });
const rootfs = await buildTemplate({ onProgress: (line) => screen.say(line) });
const rehearsal = await Rehearsal.start({ rootfs });

const interrupted = new Promise<never>((_, reject) => {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => reject(new StepFailed(`ended by ${signal}`)));
  }
});
let failure: unknown;
try {
  const receipts = resolve(options.receipt);
  await Promise.race([
    walkthrough(rehearsal, screen, story, { keep: options.keep === true, receipts }),
    interrupted,
  ]);
  if (options.keep) {
    screen.quote(rehearsal.invitation());
    await interrupted;
  }
} catch (error) {
  if (!(options.keep && error instanceof StepFailed && error.message.startsWith('ended by'))) failure = error;
}
screen.say('clearing up');
await rehearsal.close();
if (options.json) writeStory(options.json, story);
if (failure) {
  process.stdout.write(
    `\n${failure instanceof StepFailed ? failure.message : String((failure as Error).stack)}\n`,
  );
  process.exit(1);
}
process.stdout.write(`\n${summary(story)}\n`);
process.exit(0);

function summary({ steps, drift, flips, leftovers }: Story): string {
  return [
    `${steps.length} steps, all as they should be.`,
    `Drift: ${drift.filter((one) => one.detected).length} of ${drift.length} named by preview.`,
    ...flips.map((f) => `${f.from} to ${f.to}: ${f.seconds} s, ${f.requests} requests, ${f.lost} lost.`),
    `Left behind: ${leftovers.length === 0 ? 'nothing' : leftovers.join(', ')}.`,
  ].join('\n');
}
