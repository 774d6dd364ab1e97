import { type CommonHost, commonFields, sshKey, userName } from './commonHost.ts';
import { customMachineType, machineTypes, unfitMachineType } from './gcp/machineTypes.ts';
import { zones } from './gcp/zones.ts';
import { nearest, type Problem, removeCommand, setCommand, show } from './problem.ts';
import {
  boolean,
  defaulted,
  fields,
  integer,
  list,
  optional,
  type Read,
  required,
  text,
  word,
} from './read.ts';

/** How the VM reaches the internet. Nothing reaches the VM, either way. */
export const egresses = ['nat', 'externalIp'] as const;
export type Egress = (typeof egresses)[number];

/** Who may log in: whoever has the key, or Google accounts. */
export const logins = ['key', 'osLogin'] as const;
export type Login = (typeof logins)[number];

/** A VM that the stack makes on Google Cloud. */
export interface GcpHost extends CommonHost {
  kind: 'gcp';
  login: Login;
  /** with `login: key`: put on the VM for `user`; undefined: the key in `identityFile`, which is made if need be */
  publicKey?: string;
  /** Google accounts that may open IAP's tunnel to the VM and, with OS Login, log in as administrators */
  operators: string[];
  project: string;
  zone: string;
  machineType: string;
  bootDiskGb: number;
  dataDiskGb: number;
  egress: Egress;
  /** how long a daily snapshot of the data disk is kept */
  snapshotDays: number;
  /** Google refuses to delete the VM */
  deletionProtection: boolean;
}

/** The only names there are, with the nearest one for a misspelt name. */
function oneOf(what: string, names: readonly string[], listed: string, example: string): Read<string> {
  return (value, key, problems) => {
    if (typeof value === 'string' && names.includes(value)) return value;
    const meant = typeof value === 'string' ? nearest(value, names) : undefined;
    const fix = meant ? `did you mean '${meant}'? ${setCommand(key, meant)}` : setCommand(key, example);
    problems.push({ key, found: show(value), expected: `${what}, of those in ${listed}`, fix });
    return undefined;
  };
}

const machineType: Read<string> = (value, key, problems) => {
  if (typeof value === 'string' && customMachineType.test(value)) return value;
  const reason = typeof value === 'string' ? unfitMachineType(value) : undefined;
  if (reason === undefined)
    return oneOf(
      'a machine type',
      machineTypes,
      'config/gcp/machineTypes.ts',
      'e2-medium',
    )(value, key, problems);
  const expected = `a machine type that fits: ${reason}`;
  problems.push({ key, found: show(value), expected, fix: setCommand(key, 'e2-medium') });
  return undefined;
};

const operator = text({
  what: 'a Google account, as IAM writes it: user:…, group:…, serviceAccount:… or domain:…',
  example: 'group:operators@example.com',
  pattern: /^(user|group|serviceAccount):[^\s@]+@[\w.-]+$|^domain:[\w.-]+$/,
});

const gcp = fields<GcpHost>(
  {
    kind: required(word(['gcp'])),
    ...commonFields,
    login: defaulted(word(logins), 'key'),
    // not "operator", say: Debian has a group of that name, and no account can be made beside it
    user: defaulted(userName, 'deploy'),
    publicKey: optional(sshKey('the public half of the operator’s SSH key')),
    operators: defaulted(list('Google accounts', operator), []),
    project: required(
      text({
        what: 'the ID of a Google Cloud project',
        example: 'my-project',
        pattern: /^[a-z][-a-z0-9]{4,28}[a-z0-9]$/,
      }),
    ),
    zone: required(oneOf('a zone of Google Cloud', zones, 'config/gcp/zones.ts', 'europe-west1-b')),
    machineType: defaulted(machineType, 'e2-medium'),
    bootDiskGb: defaulted(integer({ what: 'a size in GB', min: 10, max: 2000, example: 20 }), 20),
    dataDiskGb: defaulted(integer({ what: 'a size in GB', min: 10, max: 65536, example: 20 }), 20),
    egress: defaulted(word(egresses), 'nat'),
    snapshotDays: defaulted(integer({ what: 'a number of days', min: 1, max: 365, example: 14 }), 14),
    deletionProtection: defaulted(boolean, true),
  },
  Object.fromEntries(
    ['address', 'port', 'proxyCommand', 'hostKey'].map((name) => [
      name,
      "it belongs to host.kind 'ssh'; a VM on Google Cloud is reached through IAP, and tells its own key",
    ]),
  ),
);

export const readGcpHost: Read<GcpHost> = (value, key, problems) => {
  const host = gcp(value, key, problems);
  if (host?.login === 'osLogin') problems.push(...osLoginProblems(value as Record<string, unknown>, key));
  return host;
};

/** OS Login takes keys and user names from Google accounts. */
function osLoginProblems({ user, publicKey }: Record<string, unknown>, key: string): Problem[] {
  const problems: Problem[] = [];
  if (publicKey !== undefined)
    problems.push({
      key: `${key}.publicKey`,
      found: show(publicKey),
      expected: 'no key here: with OS Login each account has its own (gcloud compute os-login ssh-keys add)',
      fix: removeCommand(`${key}.publicKey`),
    });
  if (user === undefined)
    problems.push({
      key: `${key}.user`,
      found: 'nothing',
      expected: 'the name that OS Login gives you (gcloud compute os-login describe-profile)',
      fix: setCommand(`${key}.user`, 'jane_example_com'),
    });
  return problems;
}
