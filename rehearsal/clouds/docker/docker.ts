import { createHash } from 'node:crypto';
import type { ResourceProvider } from '../../../provider/rpc/resourceProvider.ts';
import { simulatedCloud } from '../cloud.ts';
import type { CloudHooks } from '../hooks.ts';
import type { Rule } from '../rules.ts';
import type { Schema } from '../schema.ts';
import type { PlainProps, Store } from '../store.ts';
import schema from '../types/docker.json' with { type: 'json' };

const grammar = 'github.com/distribution/reference, grammar';

/** `[registry[:port]/]path[:tag][@digest]`. */
const reference =
  /^(?:(?:[a-zA-Z0-9-]+(?:\.[a-zA-Z0-9-]+)+|localhost|[a-zA-Z0-9-]+(?=:\d))(?::\d+)?\/)?[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*)*(?::\w[\w.-]{0,127})?(?:@sha256:[0-9a-f]{64})?$/;

const imageRules: Rule[] = [
  {
    rule: 'matches',
    at: 'imageName',
    pattern: reference,
    expected: 'a reference to an image',
    source: grammar,
  },
  {
    rule: 'matches',
    at: 'build.platform',
    pattern: /^[a-z0-9]+\/[a-z0-9]+(\/v\d+)?$/,
    expected: "one operating system and architecture, such as 'linux/amd64'",
    source: 'https://www.pulumi.com/registry/packages/docker/api-docs/image/#cross-platform-builds',
  },
];

/**
 * The provider `docker`, as far as it asks a registry: tags are resolved to digests, nothing is pulled. Nothing is
 * built either: of an image that is "pushed" the registry has to know the digest.
 */
export function docker(store: Store, imageDigest: CloudHooks['imageDigest']): ResourceProvider {
  async function digest(reference: string): Promise<string> {
    const found = await imageDigest(reference);
    if (!found) throw new Error(`no registry has the image '${reference}'`);
    return found;
  }
  async function pushed({ imageName, build, registry }: PlainProps): Promise<PlainProps> {
    const name = String(imageName);
    const { context, dockerfile, platform } = (build ?? {}) as PlainProps;
    const { server } = (registry ?? {}) as PlainProps;
    return {
      baseImageName: name,
      context: context ?? '.',
      dockerfile: dockerfile ?? `${context ?? '.'}/Dockerfile`,
      platform: platform ?? 'linux/amd64',
      registryServer: server ?? 'docker.io',
      repoDigest: `${repository(name)}@${await digest(name)}`,
    };
  }
  return simulatedCloud({
    name: 'docker',
    schema: schema as Schema,
    store,
    kinds: {
      'docker:index/image:Image': {
        rules: imageRules,
        id: ({ inputs }) => imageId(String(inputs.imageName)),
        create: async ({ inputs }) => ({ outputs: await pushed(inputs) }),
        update: async ({ inputs }) => ({ outputs: await pushed(inputs) }),
      },
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
        if (!reference.test(String(name)))
          throw new Error(`invalid reference format: '${name}' (${grammar})`);
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
