import { writeFileSync } from 'node:fs';
import { Command } from 'commander';
import { buildTemplate } from '../rehearsal/images/template.ts';
import { Rehearsal } from '../rehearsal/rehearsal.ts';
import { type Screen, screenOn } from '../rehearsal/screen.ts';
import { machinePackages } from '../rehearsal/vm/packages.ts';
import { ensureToolchain } from '../toolchain/ensure.ts';
import { bareDocker, barePodman } from './bare.ts';
import { measureCarry } from './carry.ts';
import { measureDeploy } from './deploy.ts';
import { measurePreview } from './preview.ts';
import { isOver, type Measurement, results } from './result.ts';
import { table } from './table.ts';
import { well } from './well.ts';

/** `npm run bench`: how many times as long as the bare tools this project takes, on a throwaway VM. */
const program = new Command('npm run bench --')
  .description('compares previews and deployments with what the bare tools take for the same on the same VM')
  .option('--json <file>', 'write the ratios to a file')
  .parse();
const options = program.opts<{ json?: string }>();

const screen = screenOn(process.stdout, false);
await ensureToolchain({ command: 'npm run bench', packages: machinePackages });
const rootfs = await buildTemplate({ onProgress: (line) => screen.say(line) });
const rehearsal = await Rehearsal.start({ rootfs });
const interrupted = new Promise<never>((_, reject) => {
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.once(signal, () => reject(new Error(`ended by ${signal}`)));
});
let measured: Measurement[] | undefined;
let failure: unknown;
try {
  measured = await Promise.race([measure(rehearsal, screen), interrupted]);
} catch (error) {
  failure = error;
}
screen.say('clearing up');
await rehearsal.close();
if (measured === undefined) {
  process.stdout.write(`\n${failure instanceof Error ? failure.message : failure}\n`);
  process.exit(1);
}
const found = results(measured);
if (options.json) writeFileSync(options.json, `${JSON.stringify(found, null, 2)}\n`);
process.stdout.write(`\n${table(measured)}\n\n`);
const over = found.filter(isOver);
process.stdout.write(
  over.length === 0
    ? 'Every ratio is within its goal.\n'
    : `Over the goal: ${over.map(({ name, ratio, goal }) => `${name} (${ratio}, goal ${goal})`).join('; ')}.\n`,
);
process.exit(over.length === 0 ? 0 : 1);

async function measure(rehearsal: Rehearsal, screen: Screen): Promise<Measurement[]> {
  const step = async <T>(name: string, work: () => Promise<T>): Promise<T> => {
    const begun = performance.now();
    let ok = false;
    screen.step(name);
    try {
      const result = await work();
      ok = true;
      return result;
    } finally {
      screen.done({ name, seconds: Math.round((performance.now() - begun) / 100) / 10, ok });
    }
  };
  const onLine = (line: string) => screen.detail(line);
  rehearsal.flag('docker');
  await step('deploying the stack that is measured', async () => well(await rehearsal.up([], { onLine })));
  const preview = await step('preview with no changes, beside that of an empty program', () =>
    measurePreview(rehearsal, screen),
  );
  const carry = await step('carrying a volume of 1 GiB, beside `tar | tar`', () =>
    measureCarry(rehearsal, screen),
  );
  const { vm, project, token } = rehearsal;
  const bare = { docker: bareDocker(vm, project, token), podman: barePodman(vm, project, token) };
  await step('preparing the bare tools', async () => {
    for (const tool of Object.values(bare)) await tool.prepare();
  });
  const docker = await step('deploying five services, beside `docker compose up --wait`', () =>
    measureDeploy(rehearsal, 'docker', bare.docker, screen),
  );
  rehearsal.flag('podman');
  await step('moving the stack to Podman', async () => well(await rehearsal.up([], { onLine })));
  const podman = await step('deploying five services, beside five Quadlet starts', () =>
    measureDeploy(rehearsal, 'podman', bare.podman, screen),
  );
  return [preview, carry, ...docker, ...podman];
}
