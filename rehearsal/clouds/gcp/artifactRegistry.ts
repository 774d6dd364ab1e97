import type { Kind } from '../kind.ts';
import { withLabels } from './labels.ts';
import { fingerprint, given, nameIn } from './names.ts';
import { labels, memberRules, schema } from './rules.ts';

const repositorySchema = (what: string) => schema('artifact_registry_repository', what);
const cleanup = 'https://cloud.google.com/artifact-registry/docs/repositories/cleanup-policy';

export const repository: Kind = {
  configured: ['project'],
  replaces: {
    repositoryId: true,
    project: true,
    location: true,
    format: true,
    mode: true,
    kmsKeyName: true,
    remoteRepositoryConfig: true,
    'mavenConfig.versionPolicy': true,
    'mavenConfig.allowSnapshotOverwrites': true,
  },
  rules: [
    {
      rule: 'values',
      at: 'format',
      values: ['APT', 'DOCKER', 'GENERIC', 'GO', 'GOOGET', 'KFP', 'MAVEN', 'NPM', 'PYTHON', 'RUBY', 'YUM'],
      source: 'https://cloud.google.com/artifact-registry/docs/supported-formats',
    },
    {
      rule: 'matches',
      at: 'repositoryId',
      pattern: /^[a-z]([a-z0-9-]{0,61}[a-z0-9])?$/,
      expected:
        'a lower-case letter, then up to 62 lower-case letters, digits and dashes, the last of them no dash',
      source: 'https://cloud.google.com/artifact-registry/docs/repositories/create-repos',
    },
    {
      rule: 'atMostOne',
      of: ['remoteRepositoryConfig', 'virtualRepositoryConfig'],
      source: repositorySchema('ConflictsWith'),
    },
    { rule: 'exactlyOne', in: 'cleanupPolicies', of: ['condition', 'mostRecentVersions'], source: cleanup },
    {
      rule: 'needs',
      in: 'cleanupPolicies',
      set: 'mostRecentVersions',
      other: 'action',
      value: 'KEEP',
      source: cleanup,
    },
    ...(['olderThan', 'newerThan'] as const).map((name) => ({
      rule: 'matches' as const,
      at: `cleanupPolicies.condition.${name}`,
      pattern: /^\d+[smhd]?$/,
      expected: "a length of time, such as '30d' or '2592000s'",
      source: cleanup,
    })),
    labels('labels'),
  ],
  id: (draft) =>
    `projects/${given(draft, 'project')}/locations/${given(draft, 'location')}/repositories/${given(draft, 'repositoryId')}`,
  create: ({ inputs }, id) => ({
    outputs: {
      name: nameIn(id),
      createTime: new Date().toISOString(),
      registryUri: `${inputs.location}-docker.pkg.dev/${inputs.project}/${inputs.repositoryId}`,
      ...withLabels(inputs),
    },
  }),
  update: ({ inputs }) => ({ outputs: withLabels(inputs) }),
};

export const repositoryMember: Kind = {
  configured: ['project'],
  replaces: { project: true, location: true, repository: true, role: true, member: true, condition: true },
  references: { repository: 'gcp:artifactregistry/repository:Repository' },
  rules: memberRules,
  id: (draft) =>
    [
      `projects/${given(draft, 'project')}/locations/${given(draft, 'location')}`,
      `repositories/${nameIn(given(draft, 'repository'))}`,
      given(draft, 'role'),
      given(draft, 'member'),
    ].join('/'),
  create: (_draft, id) => ({ outputs: { etag: fingerprint(id) } }),
};
