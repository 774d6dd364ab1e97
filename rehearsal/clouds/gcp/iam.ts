import type { Kind } from '../kind.ts';
import { fingerprint, given, nameIn, numericId } from './names.ts';

export const account: Kind = {
  configured: ['project'],
  replaces: { accountId: true, project: true, createIgnoreAlreadyExists: true },
  check: ({ accountId }) =>
    typeof accountId !== 'string' || /^[a-z](?=.{5,29}$)[-a-z0-9]*[a-z0-9]$/.test(accountId)
      ? []
      : [
          {
            property: 'accountId',
            reason: `'${accountId}' is no account id: expected 6 to 30 lower-case letters, digits and dashes, a letter first, the last no dash`,
          },
        ],
  id: (draft) =>
    `projects/${given(draft, 'project')}/serviceAccounts/${email(given(draft, 'accountId'), given(draft, 'project'))}`,
  create: (draft, id) => {
    const address = email(given(draft, 'accountId'), given(draft, 'project'));
    return {
      outputs: { email: address, member: `serviceAccount:${address}`, name: id, uniqueId: numericId(id) },
    };
  },
};

export const projectMember: Kind = {
  replaces: { project: true, role: true, member: true, condition: true },
  check: ({ member }) => memberFailure(member),
  id: (draft) => [given(draft, 'project'), given(draft, 'role'), given(draft, 'member')].join('/'),
  create: (_draft, id) => ({ outputs: { etag: fingerprint(id) } }),
};

export const accountMember: Kind = {
  replaces: { serviceAccountId: true, role: true, member: true, condition: true },
  references: { serviceAccountId: 'gcp:serviceaccount/account:Account' },
  check: ({ member }) => memberFailure(member),
  id: (draft) => [given(draft, 'serviceAccountId'), given(draft, 'role'), given(draft, 'member')].join('/'),
  create: (_draft, id) => ({ outputs: { etag: fingerprint(id) } }),
};

export const tunnelInstanceMember: Kind = {
  configured: ['project', 'zone'],
  replaces: { project: true, zone: true, instance: true, role: true, member: true, condition: true },
  references: { instance: 'gcp:compute/instance:Instance' },
  check: ({ member }) => memberFailure(member),
  id: (draft) =>
    [
      `projects/${given(draft, 'project')}/iap_tunnel/zones/${given(draft, 'zone')}`,
      `instances/${nameIn(given(draft, 'instance'))}`,
      given(draft, 'role'),
      given(draft, 'member'),
    ].join('/'),
  create: (_draft, id) => ({ outputs: { etag: fingerprint(id) } }),
};

export const service: Kind = {
  configured: ['project'],
  replaces: { project: true, service: true },
  check: ({ service: api }) =>
    typeof api !== 'string' || api.includes('.')
      ? []
      : [
          {
            property: 'service',
            reason: `'${api}' is no service: expected a name like 'compute.googleapis.com'`,
          },
        ],
  id: (draft) => `${given(draft, 'project')}/${given(draft, 'service')}`,
};

function email(accountId: string, project: string): string {
  return `${accountId}@${project}.iam.gserviceaccount.com`;
}

function memberFailure(member: unknown): { property: string; reason: string }[] {
  if (typeof member !== 'string' || /^(allUsers|allAuthenticatedUsers|[a-zA-Z]+:.+)$/.test(member)) return [];
  return [
    {
      property: 'member',
      reason: `'${member}' is no member: expected 'user:…', 'group:…', 'serviceAccount:…' or 'domain:…'`,
    },
  ];
}
