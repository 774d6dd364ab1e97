import { writeFileSync } from 'node:fs';
import { Command } from 'commander';
import { buildTemplate } from '../rehearsal/images/template.ts';
import { Rehearsal } from '../rehearsal/rehearsal.ts';
import { type Screen, screenOn } from '../rehearsal/screen.ts';
import { machinePackages } from '../rehearsal/vm/packages.ts';
import { ensureToolchain } from '../toolchain/ensure.ts';
import { Bench } from './bench.ts';
import { chosenParts, type Part, parts } from './parts.ts';
import { isOver, type Measurement, results } from './result.ts';
import { table } from './table.ts';

/** `npm run bench`: what this project takes beside what others take for the same, on a throwaway VM. */
const program = new Command('npm run bench --')
  .description(
    'compares this project with the bare tools and with its peers, for the same work on the same VM',
  )
  .option('--json <file>', 'write the ratios, and what else was measured, to a file')
  .option('--only <parts>', `measure some of ${parts.map(({ name }) => name).join(', ')}`, chosenParts)
  .parse();
const options = program.opts<{ json?: string; only?: readonly Part[] }>();

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
    ? 'Every ratio that has a goal is within it.\n'
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
  const bench = await step('deploying the stack that is measured', () => Bench.deploy(rehearsal, screen));
  const measured: Measurement[] = [];
  for (const { title, measure } of options.only ?? parts)
    measured.push(...(await step(title, () => measure(bench))));
  return measured;
}
