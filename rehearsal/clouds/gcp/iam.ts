import type { Kind } from '../kind.ts';
import { fingerprint, given, nameIn, numericId } from './names.ts';
import { memberRules, schema } from './rules.ts';

export const account: Kind = {
  configured: ['project'],
  replaces: { accountId: true, project: true, createIgnoreAlreadyExists: true },
  rules: [
    {
      rule: 'matches',
      at: 'accountId',
      pattern: /^[a-z](?=.{5,29}$)[-a-z0-9]*[a-z0-9]$/,
      expected: '6 to 30 lower-case letters, digits and dashes, a letter first, the last no dash',
      source: schema('service_account', 'account_id'),
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
  rules: memberRules,
  id: (draft) => [given(draft, 'project'), given(draft, 'role'), given(draft, 'member')].join('/'),
  create: (_draft, id) => ({ outputs: { etag: fingerprint(id) } }),
};

export const accountMember: Kind = {
  replaces: { serviceAccountId: true, role: true, member: true, condition: true },
  references: { serviceAccountId: 'gcp:serviceaccount/account:Account' },
  rules: memberRules,
  id: (draft) => [given(draft, 'serviceAccountId'), given(draft, 'role'), given(draft, 'member')].join('/'),
  create: (_draft, id) => ({ outputs: { etag: fingerprint(id) } }),
};

export const instanceMember: Kind = {
  configured: ['project', 'zone'],
  replaces: { project: true, zone: true, instanceName: true, role: true, member: true, condition: true },
  references: { instanceName: 'gcp:compute/instance:Instance' },
  rules: memberRules,
  id: (draft) =>
    [
      `projects/${given(draft, 'project')}/zones/${given(draft, 'zone')}`,
      `instances/${nameIn(given(draft, 'instanceName'))}`,
      given(draft, 'role'),
      given(draft, 'member'),
    ].join('/'),
  create: (_draft, id) => ({ outputs: { etag: fingerprint(id) } }),
};

export const tunnelInstanceMember: Kind = {
  configured: ['project', 'zone'],
  replaces: { project: true, zone: true, instance: true, role: true, member: true, condition: true },
  references: { instance: 'gcp:compute/instance:Instance' },
  rules: memberRules,
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
  rules: [
    {
      rule: 'matches',
      at: 'service',
      pattern: /^[a-z0-9-]+(\.[a-z0-9-]+)+$/,
      expected: "a name like 'compute.googleapis.com'",
      source: 'https://cloud.google.com/service-usage/docs/reference/rest/v1/services',
    },
  ],
  id: (draft) => `${given(draft, 'project')}/${given(draft, 'service')}`,
};

function email(accountId: string, project: string): string {
  return `${accountId}@${project}.iam.gserviceaccount.com`;
}
