import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as command from '@pulumi/command/local/command.js';
import * as instanceMember from '@pulumi/gcp/compute/instanceIAMMember.js';
import * as tunnelMember from '@pulumi/gcp/iap/tunnelInstanceIAMMember.js';
import * as accountMember from '@pulumi/gcp/serviceaccount/iammember.js';
import * as pulumi from '@pulumi/pulumi';
import type { GcpHost } from '../../config.ts';
import { assignments, runScript } from '../host/command.ts';

type Login = Pick<GcpHost, 'login' | 'user' | 'publicKey' | 'identityFile'>;

/** What the VM's guest agent reads about who may log in. */
export function loginMetadata(
  name: string,
  host: Login & { stack: string },
  opts: pulumi.CustomResourceOptions,
): Record<string, pulumi.Input<string>> {
  switch (host.login) {
    case 'osLogin':
      return { 'enable-oslogin': 'TRUE' };
    case 'key': {
      const publicKey = host.publicKey ?? generatedKey(name, identityFile(host) ?? '', opts);
      return {
        // OS Login, were it on for the project, would ignore the key below
        'enable-oslogin': 'FALSE',
        'ssh-keys': pulumi.interpolate`${host.user}:${publicKey}`,
      };
    }
  }
}

/** The private key on the operator's machine, where it is not left to ssh which one to use. */
export function identityFile({
  login,
  publicKey,
  identityFile,
  stack,
}: Login & { stack: string }): string | undefined {
  if (identityFile || login === 'osLogin' || publicKey) return identityFile;
  return `~/.ssh/cortex-${stack}`;
}

/** The public half of the key in that file, which is made unless it is there. The other half never leaves the file. */
function generatedKey(name: string, file: string, opts: pulumi.CustomResourceOptions): pulumi.Output<string> {
  const key = new command.Command(
    `${name}-key`,
    {
      create: runScript,
      environment: {
        script: assignments({ file }) + readFileSync(join(import.meta.dirname, 'key.sh'), 'utf8'),
      },
      logging: 'none',
      triggers: [file],
    },
    // a key is made once: another wording of the command is no reason to read it again
    { ...opts, ignoreChanges: ['create', 'environment'] },
  );
  return key.stdout.apply((line) => line.trim());
}

export interface OperatorsArgs {
  operators: string[];
  login: GcpHost['login'];
  project: string;
  zone: string;
  /** the VM's name */
  vm: pulumi.Input<string>;
  /** the VM's own account, by its full name */
  account: pulumi.Input<string>;
}

/**
 * What Google accounts need to get in, on this VM and on no other: IAP's tunnel and, with OS Login, to be an
 * administrator of it, for which Google also wants the right to act as the VM's account.
 */
export function grantLogin(name: string, args: OperatorsArgs, opts: pulumi.CustomResourceOptions): void {
  const { operators, login, project, zone, vm, account } = args;
  for (const member of operators) {
    const named = (what: string) => `${name}-${what}-${member}`;
    new tunnelMember.TunnelInstanceIAMMember(
      named('iap'),
      { project, zone, instance: vm, role: 'roles/iap.tunnelResourceAccessor', member },
      opts,
    );
    if (login === 'key') continue;
    new instanceMember.InstanceIAMMember(
      named('login'),
      { project, zone, instanceName: vm, role: 'roles/compute.osAdminLogin', member },
      opts,
    );
    new accountMember.IAMMember(
      named('act-as'),
      { serviceAccountId: account, role: 'roles/iam.serviceAccountUser', member },
      opts,
    );
  }
}
