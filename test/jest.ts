import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { ToolchainError } from '../toolchain/error.ts';
import { pulumiEnvironment } from '../toolchain/pulumi.ts';
import { countTests, type Tally } from './tally.ts';

const project = resolve(import.meta.dirname, '..');

/** Runs some of Jest's projects and counts what it reports. */
export async function runProjects(names: string[], args: string[]): Promise<Tally> {
  const folder = mkdtempSync(join(tmpdir(), 'cortex-test-'));
  const results = join(folder, 'results.json');
  const child = spawn(
    process.execPath,
    [
      join(project, 'node_modules', 'jest', 'bin', 'jest.js'),
      ...names.map((name) => `--selectProjects=${name}`),
      '--ci',
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

/** Runs tests, ends with `N passed, N failed`, and sets the exit code. Nothing run is a failure. */
export async function tell(tests: () => Promise<Tally>): Promise<void> {
  let tally: Tally;
  try {
    tally = await tests();
  } catch (error) {
    process.stderr.write(`${error instanceof ToolchainError ? error.message : (error as Error).stack}\n`);
    tally = { passed: 0, failed: 1 };
  }
  process.stdout.write(`${tally.passed} passed, ${tally.failed} failed\n`);
  process.exitCode = tally.failed === 0 && tally.passed > 0 ? 0 : 1;
}
