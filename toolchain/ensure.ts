import { ensurePackages } from './debian.ts';
import { ToolchainError } from './error.ts';
import { type Log, toStderr } from './progress.ts';
import { ensurePulumi } from './pulumi.ts';

export interface ToolchainArgs {
  /** what will be done with it, for the errors: `npm test` */
  command: string;
  /** Debian packages of this machine that it needs besides */
  packages: readonly string[];
  log?: Log;
}

/** The official installer downloads with curl; both it and Go check certificates. */
const ownPackages = ['ca-certificates', 'curl'];

/**
 * Sees to it that everything a command of this project needs is on this machine. What is missing is installed
 * where it can be.
 *
 * @throws {ToolchainError} naming what is missing and the exact command that mends it
 */
export async function ensureToolchain(args: ToolchainArgs): Promise<void> {
  const log = args.log ?? toStderr;
  refuseUnfit(args.command, process.platform, process.getuid?.());
  await ensurePackages([...ownPackages, ...args.packages], log);
  await ensurePulumi(log);
}

/** A throwaway VM is booted by systemd-nspawn: that takes Linux, and root. */
export function refuseUnfit(command: string, platform: string, uid: number | undefined): void {
  if (platform !== 'linux') {
    throw new ToolchainError(
      `"${command}" boots a throwaway VM with systemd-nspawn, which needs Linux; this is "${platform}". ` +
        'Run it on a Debian machine, a cloud VM for instance.',
    );
  }
  if (uid !== 0) {
    throw new ToolchainError(
      `"${command}" boots a throwaway VM with systemd-nspawn, which needs root; this is uid ${uid}. Run:\n` +
        `  sudo ${command}`,
    );
  }
}
