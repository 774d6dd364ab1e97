import { spawnSync } from 'node:child_process';
import { chmodSync, copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensurePackages } from './debian.ts';
import { ToolchainError } from './error.ts';
import { type Log, step } from './progress.ts';
import { run } from './run.ts';
import { atLeast, parseVersion, type Version } from './version.ts';

/** A Go command that can build what needs `goVersion`. */
export interface Go {
  command: string;
  env: NodeJS.ProcessEnv;
}

/** From here on Go fetches the version a module asks for by itself. */
const switching: Version = [1, 21];

/** The Go that the Pulumi CLI asks for. */
export function requiredGo(): string {
  const module = readFileSync(join(import.meta.dirname, 'pulumi', 'go.mod'), 'utf8');
  const version = /^go (\S+)$/m.exec(module)?.[1];
  if (!version) throw new Error('toolchain/pulumi/go.mod names no version of Go');
  return version;
}

/**
 * Finds a Go, or installs Debian's; one that is too old fetches the one that is needed, as a module.
 *
 * @throws if there is none and no root to install one
 */
export async function ensureGo(log: Log): Promise<Go> {
  let found = findGo();
  if (!found) {
    await ensurePackages(['golang-go', 'ca-certificates'], log);
    found = findGo();
    if (!found)
      throw new ToolchainError('Debian package golang-go is installed, and "go version" does not run');
  }
  const required = requiredGo();
  if (atLeast(found.version, switching)) return { command: found.command, env: goEnvironment('auto') };
  const title = `fetching Go ${required}: ${found.command} is ${found.version.join('.')} (70 MB, once)`;
  return step(log, title, () => fetchGo(found.command, required));
}

function findGo(): { command: string; version: Version } | null {
  for (const command of ['go', '/usr/local/go/bin/go', '/usr/lib/go/bin/go']) {
    // `local` for its own version, not the one it would switch to.
    const answer = spawnSync(command, ['version'], { encoding: 'utf8', env: goEnvironment('local') });
    const version = answer.status === 0 ? parseVersion(answer.stdout) : null;
    if (version) return { command, version };
  }
  return null;
}

/** Settings of the user's that would change what is built are put back to Go's own defaults. */
function goEnvironment(toolchain: 'auto' | 'local'): NodeJS.ProcessEnv {
  const { GOROOT: _, GOOS: __, GOARCH: ___, ...env } = process.env;
  return {
    ...env,
    GOFLAGS: '-mod=mod',
    GOWORK: 'off',
    GO111MODULE: 'on',
    CGO_ENABLED: '0',
    GOTOOLCHAIN: toolchain,
  };
}

/** Go's own distribution is a module too. This does with it what a Go that switches by itself would do. */
async function fetchGo(command: string, version: string): Promise<Go> {
  const architectures: Partial<Record<NodeJS.Architecture, string>> = { x64: 'amd64', arm64: 'arm64' };
  const architecture = architectures[process.arch];
  if (!architecture) throw new ToolchainError(`Go ${version} is not fetched for ${process.arch}: install it`);
  const module = `golang.org/toolchain@v0.0.1-go${version}.linux-${architecture}`;
  const empty = mkdtempSync(join(tmpdir(), 'cortex-go-'));
  try {
    const output = await run(command, ['mod', 'download', '-json', module], {
      cwd: empty,
      env: goEnvironment('local'),
    });
    const { Dir: directory } = JSON.parse(output) as { Dir?: string };
    if (!directory) throw new ToolchainError(`"go mod download ${module}" names no directory: ${output}`);
    // The module cache is read-only, and its zip files know no executables and no nested go.mod.
    makeWritable(directory);
    for (const folder of ['bin', 'pkg/tool']) makeExecutable(join(directory, folder));
    copyFileSync(join(directory, 'src', '_go.mod'), join(directory, 'src', 'go.mod'));
    return { command: join(directory, 'bin', 'go'), env: goEnvironment('local') };
  } finally {
    rmSync(empty, { recursive: true });
  }
}

function makeWritable(directory: string): void {
  for (const folder of ['bin', 'src', 'pkg/tool']) chmodSync(join(directory, folder), 0o755);
}

function makeExecutable(directory: string): void {
  for (const entry of readdirSync(directory, { withFileTypes: true, recursive: true })) {
    if (entry.isFile()) chmodSync(join(entry.parentPath, entry.name), 0o755);
  }
}
