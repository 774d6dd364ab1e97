import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { delimiter, join, resolve } from 'node:path';
import { buildPulumi, languageHost, withLauncher } from './build.ts';
import { cacheDirectory, cached } from './cache.ts';
import { ToolchainError } from './error.ts';
import { ensureGo } from './go.ts';
import { type Log, step } from './progress.ts';
import { run } from './run.ts';
import { atLeast, parseVersion } from './version.ts';

const project = resolve(import.meta.dirname, '..');

/** How a process tells those it starts which Pulumi it found. */
const variable = 'CORTEX_PULUMI';

/** Download and unpacking of 250 MB; a line that is slower than that builds sooner than it downloads. */
const installerTimeoutMs = 5 * 60_000;

/** The Pulumi that this project is tested with: the version of the SDK in package.json. */
export function pulumiVersion(): string {
  const file = join(project, 'package.json');
  const { dependencies } = JSON.parse(readFileSync(file, 'utf8')) as { dependencies: Record<string, string> };
  const version = dependencies['@pulumi/pulumi'];
  if (!version || !/^\d+\.\d+\.\d+$/.test(version)) {
    throw new Error(
      `package.json: dependencies["@pulumi/pulumi"] is "${version}", expected an exact version`,
    );
  }
  return version;
}

/**
 * Sees to it that there is a Pulumi CLI with its language host for Node: the one on PATH, if it is new enough;
 * the one in the cache; the official installer's; and, where that is out of reach, one built from Go modules.
 *
 * @returns the directory that holds both
 */
export async function ensurePulumi(log: Log): Promise<string> {
  const found = findPulumi() ?? (await installPulumi(log));
  // it may have been built before the launcher was what it is
  withLauncher(found);
  process.env[variable] = found;
  return found;
}

/**
 * The environment in which this project runs Pulumi: PATH with its Node and Pulumi first, and a home of its
 * own, so that a rehearsal sees nothing of the user's logins and plugins and leaves nothing there.
 *
 * @throws if `ensurePulumi` has not been run on this machine
 */
export function pulumiEnvironment(): Record<string, string> {
  const directory = process.env[variable] ?? findPulumi();
  if (!directory) {
    throw new ToolchainError(
      'there is no Pulumi CLI yet. This fetches it: node toolchain/run.mjs toolchain/main.ts',
    );
  }
  const path = [
    join(project, 'node_modules', '.bin'),
    directory,
    ...(process.env.PATH ?? '').split(delimiter),
  ];
  return {
    PATH: [...new Set(path)].join(delimiter),
    PULUMI_HOME: join(cacheDirectory(), 'pulumi-home'),
    PULUMI_SKIP_UPDATE_CHECK: 'true',
    // A plugin that is missing is an error at once, not a download that hangs.
    PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: 'true',
    // Each run keeps its log, and looks through all that are kept: 500 MB, if nothing is said.
    PULUMI_LOG_ROTATION_MAX_TOTAL_MB: '50',
    [variable]: directory,
  };
}

function findPulumi(): string | null {
  return findOnPath((process.env.PATH ?? '').split(delimiter), pulumiVersion()) ?? findInCache();
}

/** The first directory of PATH whose `pulumi` is of this major version, new enough, and has its language host. */
export function findOnPath(path: readonly string[], minimum: string): string | null {
  const required = parseVersion(minimum);
  const directory = path.find((directory) => directory !== '' && isExecutable(join(directory, 'pulumi')));
  if (!directory || !required) return null;
  const command = join(directory, 'pulumi');
  const answer = spawnSync(command, ['version'], {
    encoding: 'utf8',
    env: { ...process.env, PULUMI_SKIP_UPDATE_CHECK: 'true' },
  });
  const version = answer.status === 0 ? parseVersion(answer.stdout) : null;
  if (!version || version[0] !== required[0] || !atLeast(version, required)) return null;
  return isExecutable(join(directory, languageHost)) ? directory : null;
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

const cacheName = () => `pulumi-${pulumiVersion()}-${process.platform}-${process.arch}`;

function findInCache(): string | null {
  const directory = join(cacheDirectory(), cacheName());
  return existsSync(directory) ? directory : null;
}

async function installPulumi(log: Log): Promise<string> {
  const version = pulumiVersion();
  return cached(cacheName(), log, async (directory) => {
    try {
      const title = `installing Pulumi ${version} with the official installer (once)`;
      await step(log, title, () => runInstaller(directory));
    } catch (error) {
      log(`  that did not work: ${(error as Error).message}`);
      await buildPulumi(await ensureGo(log), version, directory, log);
    }
    const installed = findOnPath([directory], version);
    if (!installed) throw new ToolchainError(`what was installed as Pulumi ${version} does not run as that`);
  });
}

async function runInstaller(directory: string): Promise<void> {
  const root = join(directory, 'installer');
  try {
    await run(process.execPath, [join(import.meta.dirname, 'installer.ts'), root], {
      timeoutMs: installerTimeoutMs,
      // Where the internet is behind a proxy, Node's fetch asks it only when told to.
      env: { ...process.env, NODE_USE_ENV_PROXY: '1' },
    });
    const binaries = join(root, 'bin');
    for (const name of readdirSync(binaries)) renameSync(join(binaries, name), join(directory, name));
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}
