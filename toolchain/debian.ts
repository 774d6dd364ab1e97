import { spawnSync } from 'node:child_process';
import { ToolchainError } from './error.ts';
import { type Log, step } from './progress.ts';
import { run } from './run.ts';

/** How long apt waits for another apt to finish. */
const lockTimeoutS = 300;

/**
 * Sees to it that Debian packages are installed: installs those that are missing when it may, and names the
 * command that does otherwise.
 *
 * @throws on a machine without apt, without root, or when apt fails
 */
export async function ensurePackages(packages: readonly string[], log: Log): Promise<void> {
  const missing = missingPackages(packages, installedPackages(packages));
  if (missing.length === 0) return;
  const command = `apt-get install --no-install-recommends ${missing.join(' ')}`;
  if (process.getuid?.() !== 0) {
    throw new ToolchainError(
      `Debian packages are missing: ${missing.join(', ')}. Run this, then try again:\n` +
        `  sudo apt-get update && sudo ${command}`,
    );
  }
  await step(log, `installing Debian packages: ${missing.join(', ')}`, async ({ note }) => {
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
    const apt = (...args: string[]) =>
      run('apt-get', ['-q', '-y', '-o', `DPkg::Lock::Timeout=${lockTimeoutS}`, ...args], {
        env,
        onLine: note,
      });
    await apt('update');
    await apt('install', '--no-install-recommends', ...missing);
  });
}

/** What dpkg knows of these packages: a line `ii  name` for each that is installed, or was once. */
function installedPackages(packages: readonly string[]): string {
  // Exits with 1 as soon as one of them is unknown, and lists the others all the same.
  const query = spawnSync(
    'dpkg-query',
    ['-W', '-f', '${db:Status-Abbrev} ${binary:Package}\\n', ...packages],
    {
      encoding: 'utf8',
      env: process.env,
    },
  );
  if (query.error) {
    throw new ToolchainError(
      `this needs Debian (13 is best), and finds no dpkg here: ${query.error.message}. It needs what these ` +
        `packages of Debian hold: ${packages.join(', ')}`,
    );
  }
  return query.stdout;
}

/** Those of the packages that `dpkg-query` does not list as installed. */
export function missingPackages(packages: readonly string[], listing: string): string[] {
  const installed = new Set<string>();
  for (const line of listing.split('\n')) {
    const [status, name] = line.trim().split(/\s+/);
    // Libraries are listed with their architecture.
    if (status === 'ii' && name) installed.add(name.replace(/:.*/, ''));
  }
  return packages.filter((name) => !installed.has(name));
}
