import { hostSetupScript } from '../../provider/hostSetup.ts';
import { assignments, script } from './command.ts';
import { hostPackages } from './packages.ts';

export interface SetupOptions {
  /** the containers' rootless account */
  account: string;
  /** name under /dev/disk/by-id of the disk that keeps the data; without it the root file system does */
  dataDisk?: string;
}

/**
 * Sets a host up, both runtimes and the proxy, whichever is in use. A script that is cut off on its way
 * runs none of its lines, and no command of it can read the rest of the script as its input.
 */
export function setupScript({ account, dataDisk = '' }: SetupOptions): string {
  const values = assignments({ account, packages: hostPackages.join(' '), data_disk: dataDisk });
  // each part in a shell of its own: what one defines does not reach the other
  return whole(`(\n${values}${script('setup.sh')})\n(\n${hostSetupScript()}\n)`);
}

/** Prints which machine it is: `parseIdentity` reads it. */
export function identityScript(account: string): string {
  return whole(`${assignments({ account })}${script('identity.sh')}`);
}

function whole(commands: string): string {
  return `main() {\n${commands}\n}\nset -e\nmain </dev/null\nexit\n`;
}
