import type { CloudFunction } from '../cloud.ts';
import type { Kind } from '../kind.ts';
import { resolve } from '../references.ts';
import { withLabels } from './labels.ts';
import { given, nameIn } from './names.ts';
import { labels, schema } from './rules.ts';

export const secretType = 'gcp:secretmanager/secret:Secret';
export const versionType = 'gcp:secretmanager/secretVersion:SecretVersion';

export const secret: Kind = {
  configured: ['project'],
  replaces: { secretId: true, project: true, replication: true },
  rules: [
    {
      rule: 'matches',
      at: 'secretId',
      pattern: /^[A-Za-z0-9_-]{1,255}$/,
      expected: 'up to 255 letters, digits, _ and -',
      source: 'https://cloud.google.com/secret-manager/docs/reference/rest/v1/projects.secrets/create',
    },
    {
      rule: 'exactlyOne',
      in: 'replication',
      of: ['auto', 'userManaged'],
      source: schema('secret_manager_secret', 'ExactlyOneOf'),
    },
    labels('labels'),
  ],
  id: (draft) => `projects/${given(draft, 'project')}/secrets/${given(draft, 'secretId')}`,
  create: ({ inputs }, id) => ({
    outputs: { name: id, createTime: new Date().toISOString(), ...withLabels(inputs) },
  }),
  update: ({ inputs }) => ({ outputs: withLabels(inputs) }),
};

/** Versions are numbered from 1, and never changed. */
export const secretVersion: Kind = {
  replaces: { secret: true, secretData: true, secretDataWoVersion: true, isSecretDataBase64: true },
  references: { secret: secretType },
  rules: [
    {
      rule: 'exactlyOne',
      of: ['secretData', 'secretDataWo'],
      source: schema('secret_manager_secret_version', 'ExactlyOneOf'),
    },
  ],
  id: (draft) => {
    const { id } = resolve(draft.cloud.store, secretType, given(draft, 'secret'));
    const others = draft.cloud.store
      .list(versionType)
      .filter((other) => other.id.startsWith(`${id}/versions/`));
    return `${id}/versions/${others.length + 1}`;
  },
  create: (_draft, id) => ({
    outputs: { name: id, version: nameIn(id), createTime: new Date().toISOString(), enabled: true },
  }),
};

/** @throws as Google does: neither a secret nor a version is made up */
export const getSecretVersionAccess: CloudFunction = (
  { project, secret: name, version },
  { store, config },
) => {
  const owner = `projects/${project ?? config.project}/secrets/${nameIn(String(name))}`;
  if (!store.get(secretType, owner))
    throw new Error(`Error 404: Secret [${owner}] not found or has no versions.`);
  const versions = store.list(versionType).filter(({ id }) => id.startsWith(`${owner}/versions/`));
  const wanted = version === undefined || version === 'latest' ? String(versions.length) : String(version);
  const found = versions.find(({ id }) => id === `${owner}/versions/${wanted}`);
  if (!found) throw new Error(`Error 404: Secret Version [${owner}/versions/${wanted}] not found.`);
  return {
    id: found.id,
    name: found.id,
    project: String(project ?? config.project),
    secret: nameIn(owner),
    version: wanted,
    secretData: found.inputs.secretData ?? found.inputs.secretDataWo ?? '',
    isSecretDataBase64: false,
  };
};
