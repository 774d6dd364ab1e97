import type { Rule } from '../rules.ts';

/** The provider's own schema of a resource, as `artifact_registry_repository`. */
export const schema = (resource: string, what: string) => `schema: google_${resource}, ${what}`;

export const labels = (at: string): Rule => ({
  rule: 'labels',
  at,
  source: 'https://cloud.google.com/resource-manager/docs/labels-overview',
});

/** Who a role is granted to, and which role: the same for the members of every resource. */
export const memberRules: Rule[] = [
  {
    rule: 'matches',
    at: 'member',
    pattern: /^(allUsers|allAuthenticatedUsers|[a-zA-Z]+:.+)$/,
    expected: "a member: 'user:…', 'group:…', 'serviceAccount:…' or 'domain:…'",
    source: 'https://cloud.google.com/iam/docs/principal-identifiers',
  },
  {
    rule: 'matches',
    at: 'role',
    pattern: /^(roles|(projects|organizations)\/[^/]+\/roles)\/[\w.]+$/,
    expected: "a role: 'roles/…', or one of a project or organization by its full name",
    source: 'https://cloud.google.com/iam/docs/roles-overview',
  },
];

/** A length of time as the APIs take it. */
export const seconds = (at: string, source: string): Rule => ({
  rule: 'matches',
  at,
  pattern: /^\d+(\.\d+)?s$/,
  expected: "seconds, such as '300s'",
  source,
});
