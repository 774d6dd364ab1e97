import { assignments, script } from './command.ts';
import { hostPackages } from './packages.ts';

export interface SetupOptions {
  /** the containers' rootless account */
  account: string;
  /** name under /dev/disk/by-id of the disk that keeps the data; without it the root file system does */
  dataDisk?: string;
}

/**
 * Sets a host up, with both runtimes and the proxy, whichever is in use: packages, the account, the disk. The
 * host's own functions and units are the provider's (provider/setup.ts). A script that is cut off on its way runs
 * none of its lines, and no command of it can read the rest of the script as its input.
 */
export function setupScript({ account, dataDisk = '' }: SetupOptions): string {
  const values = assignments({ account, packages: hostPackages.join(' '), data_disk: dataDisk });
  return whole(`${values}${script('setup.sh')}`);
}

/** Prints which machine it is: `parseIdentity` reads it. */
export function identityScript(account: string): string {
  return whole(`${assignments({ account })}${script('identity.sh')}`);
}

function whole(commands: string): string {
  return `main() {\n${commands}\n}\nset -e\nmain </dev/null\nexit\n`;
}
