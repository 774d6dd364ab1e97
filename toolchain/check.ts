// `npm run check`: what a change has to pass before it is committed, in a minute and without root. Runs all
// checks even if one fails, and says which did.
import { spawnSync } from 'node:child_process';
import { closeSync, openSync, readSync } from 'node:fs';
import { delimiter, join, resolve } from 'node:path';
import { ensureActionlint } from './actionlint.ts';
import { ensurePackages } from './debian.ts';
import { ToolchainError } from './error.ts';
import { toStderr } from './progress.ts';

const project = resolve(import.meta.dirname, '..');

/** The project's files that a POSIX shell or bash runs, by their first line. */
function shellScripts(): string[] {
  const listed = spawnSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    cwd: project,
    encoding: 'utf8',
  });
  if (listed.status !== 0) throw new ToolchainError(`"git ls-files" failed: ${listed.stderr}`);
  return listed.stdout.split('\0').filter((file) => file !== '' && /^#!.*\b(ba)?sh\b/.test(firstBytes(file)));
}

function firstBytes(file: string): string {
  const buffer = Buffer.alloc(64);
  let handle: number;
  try {
    handle = openSync(join(project, file), 'r');
  } catch (error) {
    // Deleted, and not committed yet.
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw error;
  }
  try {
    return buffer.toString('latin1', 0, readSync(handle, buffer)).split('\n')[0] ?? '';
  } finally {
    closeSync(handle);
  }
}

function passes(name: string, command: string, ...args: string[]): boolean {
  process.stdout.write(`— ${name}\n`);
  const path = [join(project, 'node_modules', '.bin'), process.env.PATH].join(delimiter);
  const result = spawnSync(command, args, {
    cwd: project,
    stdio: 'inherit',
    env: { ...process.env, PATH: path },
  });
  if (result.error) process.stderr.write(`${result.error.message}\n`);
  return result.status === 0;
}

try {
  await ensurePackages(['git', 'shellcheck'], toStderr);
  const checks = {
    'format and lint': passes('format and lint', 'biome', 'check', '.'),
    types: passes('types', 'tsc', '--noEmit'),
    'shell scripts': passes('shell scripts', 'shellcheck', ...shellScripts()),
    workflows: passes('workflows', await ensureActionlint(toStderr)),
    'unit tests': passes('unit tests', 'jest', '--selectProjects=unit', '--ci', '--maxWorkers=2'),
  };
  const failed = Object.entries(checks).flatMap(([name, passed]) => (passed ? [] : [name]));
  process.stdout.write(failed.length === 0 ? 'all checks passed\n' : `failed: ${failed.join(', ')}\n`);
  process.exitCode = failed.length === 0 ? 0 : 1;
} catch (error) {
  if (!(error instanceof ToolchainError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}
