// `npm test`: the unit tests, then the end-to-end tests against the real engine and the throwaway VM.
// Arguments go to Jest: `npm test -- flip` runs what has "flip" in its path.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { machinePackages } from '../rehearsal/vm/packages.ts';
import { ensureToolchain } from '../toolchain/ensure.ts';
import { ToolchainError } from '../toolchain/error.ts';
import { pulumiEnvironment } from '../toolchain/pulumi.ts';
import { countTests, type Tally } from './tally.ts';

const project = resolve(import.meta.dirname, '..');

/** Runs one of Jest's projects and counts what it reports. */
async function runProject(name: string, args: string[]): Promise<Tally> {
  const folder = mkdtempSync(join(tmpdir(), 'cortex-test-'));
  const results = join(folder, 'results.json');
  const child = spawn(
    process.execPath,
    [
      join(project, 'node_modules', 'jest', 'bin', 'jest.js'),
      `--selectProjects=${name}`,
      '--ci',
      // End to end, each waits for its VM much of the time, and a third would fight over two cores.
      '--maxWorkers=2',
      '--json',
      `--outputFile=${results}`,
      ...args,
    ],
    {
      cwd: project,
      env: { ...process.env, ...pulumiEnvironment() },
      stdio: ['ignore', 'inherit', 'inherit'],
    },
  );
  const exitCode = await new Promise<number | null>((done) => child.on('exit', done));
  try {
    return countTests(results, exitCode);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function main(args: string[]): Promise<Tally> {
  await ensureToolchain({ command: 'npm test', packages: [...machinePackages, 'jq', 'shellcheck'] });
  const filter = args.length > 0 ? ['--passWithNoTests', ...args] : [];
  const unit = await runProject('unit', filter);
  const e2e = await runProject('e2e', filter);
  return { passed: unit.passed + e2e.passed, failed: unit.failed + e2e.failed };
}

let tally: Tally;
try {
  tally = await main(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`${error instanceof ToolchainError ? error.message : (error as Error).stack}\n`);
  tally = { passed: 0, failed: 1 };
}
process.stdout.write(`${tally.passed} passed, ${tally.failed} failed\n`);
process.exitCode = tally.failed === 0 && tally.passed > 0 ? 0 : 1;
