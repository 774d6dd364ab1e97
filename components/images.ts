import { createRequire } from 'node:module';
import * as pulumi from '@pulumi/pulumi';
import type { Build } from '../compose/build.ts';
import type { Compose } from '../compose/load.ts';
import { ConfigError, setCommand } from '../config/problem.ts';
import type { Config } from '../config.ts';
import type { Registries } from '../provider/inputs.ts';
import type { Registry } from './registry.ts';

export interface ServiceImagesArgs {
  config: Pick<Config, 'stack' | 'images' | 'registries' | 'rehearsal'>;
  compose: Pick<Compose, 'services' | 'builds'>;
  /** the stack's own, where it has one */
  registry?: Pick<Registry, 'url' | 'ready'>;
}

/**
 * What is run for each image that the compose file names, by that name: the same with the digest that its registry
 * tells now, or that its build has. A tag that was moved is another image here, so that the preview names both
 * digests.
 */
export function serviceImages(name: string, args: ServiceImagesArgs): Record<string, pulumi.Input<string>> {
  const { config, compose, registry } = args;
  const { pin = !config.rehearsal } = config.images;
  const builds = compose.services.flatMap(({ name: service, image }) => {
    const build = compose.builds[service];
    return build ? [{ service, image, build }] : [];
  });
  const built = new Set(builds.map(({ image }) => image));
  const tags = compose.services
    .map(({ image }) => image)
    .filter((image) => pin && !built.has(image) && !image.includes('@'));
  if (builds.length + tags.length === 0) return {};

  const repository = config.images.repository ?? registry?.url;
  const server = repository === undefined ? undefined : registryOf(repository);
  // where it is not needed, nobody has to have logged in
  const asked = builds.length > 0 || tags.some((image) => registryOf(image) === server);
  const provider = registryProvider(`${name}-registries`, config.registries, asked ? server : undefined);
  const digests = resolveTags([...new Set(tags)], provider);
  const pinned = tags.map((image): [string, pulumi.Output<string>] => [
    image,
    pulumi.output(digests).apply((found) => `${image}@${found[image]}`),
  ]);
  const pushed = builds.map(({ service, image, build }): [string, pulumi.Output<string>] => {
    if (repository === undefined) throw new ConfigError(config.stack, [noRepository(service)]);
    return [image, push({ service, imageName: `${repository}/${lastPart(image)}`, build }, args, provider)];
  });
  return Object.fromEntries([...pinned, ...pushed]);
}

interface Push {
  service: string;
  imageName: string;
  build: Build;
}

/** Builds an image and pushes it. By its content: the same files are the same image. */
function push(
  { service, imageName, build: { target, ...build } }: Push,
  { config, registry }: ServiceImagesArgs,
  provider: pulumi.ProviderResource,
): pulumi.Output<string> {
  const server = registryOf(imageName);
  const image = new (modules().image.Image)(
    service,
    {
      imageName,
      build: { ...build, platform: config.images.platform, ...(target !== null && { target }) },
      // the provider's own credentials are for asking only
      registry: config.registries.apply((known) => ({ server, ...known[server] })),
    },
    { provider, dependsOn: registry?.ready ?? [] },
  );
  // `<name without the tag>@sha256:…`
  return image.repoDigest.apply((digest) => `${imageName}@${digest.split('@').at(-1)}`);
}

/** What the registries say of the tags now. @throws with every tag that none of them knows */
export async function resolveTags(
  tags: readonly string[],
  provider: pulumi.ProviderResource,
): Promise<Record<string, string>> {
  const { getRegistryImage } = modules();
  const answers = await Promise.allSettled(
    tags.map((name) => getRegistryImage.getRegistryImage({ name }, { provider })),
  );
  const failures = answers.flatMap((answer, index) =>
    answer.status === 'rejected'
      ? [`  ${tags[index]}: ${String(answer.reason?.message ?? answer.reason)}`]
      : [],
  );
  if (failures.length > 0)
    throw new pulumi.RunError(
      [
        'compose.yaml: tags that could not be resolved to digests:',
        ...failures,
        'correct the tag, or set cortex:registries; or let tags be, where they never move: ' +
          setCommand('cortex:images.pin', 'false'),
      ].join('\n'),
    );
  return Object.fromEntries(
    answers.map((answer, index) => [
      tags[index] ?? '',
      answer.status === 'fulfilled' ? answer.value.sha256Digest : '',
    ]),
  );
}

/** Asks registries by cortex:registries, and the stack's `own` as `docker` on this machine would. */
function registryProvider(
  name: string,
  registries: pulumi.Output<Registries>,
  own: string | undefined,
): pulumi.ProviderResource {
  const registryAuth = registries.apply((known) => [
    ...Object.entries(known).map(([host, { username, password }]) => ({
      // the provider knows the credentials of Docker Hub by the name of the server behind it only
      address: host === 'docker.io' ? 'registry-1.docker.io' : host,
      username,
      password,
    })),
    ...(own === undefined || Object.hasOwn(known, own) ? [] : [{ address: own }]),
  ]);
  // a registry can be asked where no Docker runs; a build finds out by itself
  return new (modules().provider.Provider)(name, { registryAuth, disableDockerDaemonCheck: true });
}

/** `registry:5000` of `registry:5000/team/app:1`. */
function registryOf(image: string): string {
  return image.split('/')[0] ?? '';
}

/** `app:1.2` of `registry:5000/team/app:1.2@sha256:…`. */
function lastPart(image: string): string {
  return image.replace(/@.*$/, '').split('/').at(-1) ?? image;
}

function noRepository(service: string) {
  return {
    key: 'cortex:images.repository',
    found: `none, and compose.yaml builds ${service}`,
    expected: 'where its image is pushed to',
    fix: setCommand('cortex:images.repository', 'europe-west1-docker.pkg.dev/my-project/my-repository'),
  };
}

const load = createRequire(import.meta.filename);

/** Loaded where something is built or pinned, and nowhere else: a preview's time is the program's, too. */
function modules() {
  return {
    image: load('@pulumi/docker/image.js') as typeof import('@pulumi/docker/image.js'),
    provider: load('@pulumi/docker/provider.js') as typeof import('@pulumi/docker/provider.js'),
    getRegistryImage: load(
      '@pulumi/docker/getRegistryImage.js',
    ) as typeof import('@pulumi/docker/getRegistryImage.js'),
  };
}
