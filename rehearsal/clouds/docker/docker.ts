import { createHash } from 'node:crypto';
import type { ResourceProvider } from '../../../provider/rpc/resourceProvider.ts';
import { simulatedCloud } from '../cloud.ts';
import type { CloudHooks } from '../hooks.ts';
import type { Schema } from '../schema.ts';
import type { Store } from '../store.ts';
import schema from '../types/docker.json' with { type: 'json' };

/** The provider `docker`, as far as it asks a registry: tags are resolved to digests, nothing is pulled. */
export function docker(store: Store, imageDigest: CloudHooks['imageDigest']): ResourceProvider {
  async function digest(reference: string): Promise<string> {
    const found = await imageDigest(reference);
    if (!found) throw new Error(`no registry has the image '${reference}'`);
    return found;
  }
  return simulatedCloud({
    name: 'docker',
    schema: schema as Schema,
    store,
    kinds: {
      'docker:index/remoteImage:RemoteImage': {
        replaces: { build: true, platform: true, pullTriggers: true, triggers: true },
        id: ({ inputs }) => `${imageId(String(inputs.name))}${inputs.name}`,
        async create({ inputs }) {
          const name = String(inputs.name);
          const repoDigest = `${repository(name)}@${await digest(name)}`;
          return { outputs: { imageId: imageId(name), repoDigest } };
        },
        async update({ inputs }) {
          const name = String(inputs.name);
          return {
            outputs: { imageId: imageId(name), repoDigest: `${repository(name)}@${await digest(name)}` },
          };
        },
      },
    },
    functions: {
      'docker:index/getRegistryImage:getRegistryImage': async ({ name, insecureSkipVerify }) => {
        const sha256Digest = await digest(String(name));
        return {
          id: sha256Digest,
          name: name ?? '',
          insecureSkipVerify: insecureSkipVerify ?? false,
          sha256Digest,
        };
      },
    },
  });
}

function imageId(reference: string): string {
  return `sha256:${createHash('sha256').update(reference).digest('hex')}`;
}

/** `registry:5000/team/app` of `registry:5000/team/app:1.2`. */
function repository(reference: string): string {
  return reference.replace(/@.*$/, '').replace(/:[^:/]*$/, '');
}
