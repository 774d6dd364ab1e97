import type { Kind } from '../kind.ts';
import { fingerprint, given } from './names.ts';
import { schema } from './rules.ts';

const assignmentSchema = (what: string) => schema('os_config_os_policy_assignment', what);
const api = 'https://cloud.google.com/compute/docs/osconfig/rest/v1/projects.locations.osPolicyAssignments';
const resources = 'osPolicies.resourceGroups.resources';

/** It is kept, and applied to no machine: a rehearsal's has no OS Config agent. */
export const osPolicyAssignment: Kind = {
  configured: ['project'],
  replaces: { name: true, project: true, location: true },
  rules: [
    {
      rule: 'matches',
      at: 'name',
      pattern: /^[a-z]([a-z0-9-]{0,61}[a-z0-9])?$/,
      expected:
        'a lower-case letter, then up to 62 lower-case letters, digits and dashes, the last of them no dash',
      source: api,
    },
    {
      rule: 'matches',
      at: 'location',
      pattern: /^[a-z]+-[a-z]+\d+-[a-z]$/,
      expected: 'a zone',
      source: api,
    },
    {
      rule: 'matches',
      at: 'osPolicies.id',
      pattern: /^[a-z]([a-z0-9-]{0,61}[a-z0-9])?$/,
      expected:
        'a lower-case letter, then up to 62 lower-case letters, digits and dashes, the last of them no dash',
      source: api,
    },
    { rule: 'exactlyOne', in: resources, of: ['exec', 'file', 'pkg', 'repository'], source: api },
    {
      rule: 'exactlyOne',
      in: `${resources}.pkg`,
      of: ['apt', 'deb', 'googet', 'msi', 'rpm', 'yum', 'zypper'],
      source: api,
    },
    {
      rule: 'exactlyOne',
      in: `${resources}.repository`,
      of: ['apt', 'goo', 'yum', 'zypper'],
      source: api,
    },
    ...['validate', 'enforce'].flatMap((step) => [
      { rule: 'exactlyOne' as const, in: `${resources}.exec.${step}`, of: ['file', 'script'], source: api },
    ]),
    {
      rule: 'exactlyOne',
      in: 'rollout.disruptionBudget',
      of: ['fixed', 'percent'],
      source: assignmentSchema('disruption_budget'),
    },
    {
      rule: 'matches',
      at: 'rollout.minWaitDuration',
      pattern: /^\d+(\.\d+)?s$/,
      expected: "seconds, such as '60s'",
      source: api,
    },
    {
      rule: 'atMostOne',
      in: 'instanceFilter',
      of: ['all', 'inclusionLabels'],
      source: api,
    },
  ],
  id: (draft) =>
    `projects/${given(draft, 'project')}/locations/${given(draft, 'location')}/osPolicyAssignments/${given(draft, 'name')}`,
  create: ({ inputs }, id) => ({
    outputs: {
      revisionId: fingerprint(inputs),
      etag: fingerprint(id),
      baseline: true,
      reconciling: false,
      rolloutState: inputs.skipAwaitRollout === true ? 'IN_PROGRESS' : 'SUCCEEDED',
    },
  }),
  update: ({ inputs }) => ({ outputs: { revisionId: fingerprint(inputs) } }),
};
