import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { assignments } from '../host/command.ts';

export interface VmName {
  vm: string;
  project: string;
  zone: string;
}

/** A VM's first boot, from its creation until its keys are published. */
const bootSeconds = 300;

/** A command for the operator's machine that prints the host keys of a VM: `parseHostKeys` reads them. */
export function hostKeysCommand({ vm, project, zone }: VmName): string {
  return (
    assignments({ vm, project, zone, deadline: `${bootSeconds}` }) +
    readFileSync(join(import.meta.dirname, 'hostKeys.sh'), 'utf8')
  );
}

/**
 * The key to pin, from what `gcloud compute instances get-guest-attributes --format=json` prints.
 * @throws when there is no ed25519 key among them
 */
export function parseHostKeys(stdout: string): string {
  const attributes: unknown = JSON.parse(stdout);
  const found = Array.isArray(attributes)
    ? attributes.find((entry) => entry?.key === 'ssh-ed25519')
    : undefined;
  if (typeof found?.value === 'string' && /^[A-Za-z0-9+/]+={0,2}$/.test(found.value.trim()))
    return `ssh-ed25519 ${found.value.trim()}`;
  throw new Error(
    `the VM's guest attributes hold no host key: found ${JSON.stringify(stdout)}, expected one with key "ssh-ed25519"`,
  );
}
