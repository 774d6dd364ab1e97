import { describe, expect, test } from '@jest/globals';
import { Provider } from '@pulumi/docker/provider.js';
import * as pulumi from '@pulumi/pulumi';
import { resolveTags, type ServiceImagesArgs, serviceImages } from '../../components/images.ts';
import type { Registries } from '../../provider/inputs.ts';
import type { ServiceSpec } from '../../spec/service.ts';
import { load } from '../compose/file.ts';
import { FakeHost, operation } from '../provider/fakeHost.ts';
import { declared, digest, find, key, type MockedCloud, value } from './mocks.ts';

const pinnedAlready = `team/old:1@sha256:${'ab'.repeat(32)}`;
const taken = load(`services:
  admin: {image: "team/admin:1"}
  again: {image: "team/admin:1"}
  old: {image: "${pinnedAlready}"}
`);
const built = load(
  `services:
  admin: {image: "team/admin:1"}
  engine:
    image: team/engine:2
    build: {context: engine, target: runtime, args: {A: b}}
`,
  { files: { 'engine/Dockerfile': 'FROM scratch\n' } },
);

const own = { url: 'europe-west1-docker.pkg.dev/my-project/cortex-prod', ready: [] };

interface Chosen {
  images?: Partial<ServiceImagesArgs['config']['images']>;
  registries?: Registries;
  rehearsal?: boolean;
  registry?: ServiceImagesArgs['registry'];
  cloud?: MockedCloud;
}

async function images(compose: ServiceImagesArgs['compose'], chosen: Chosen = {}) {
  const found: Record<string, string> = {};
  const resources = await declared(
    async () => {
      const all = serviceImages('cortex', {
        config: {
          stack: 'prod',
          images: { platform: 'linux/amd64', ...chosen.images },
          registries: pulumi.secret(chosen.registries ?? {}),
          rehearsal: chosen.rehearsal ?? false,
        },
        compose,
        registry: chosen.registry,
      });
      for (const [image, each] of Object.entries(all)) found[image] = await value(pulumi.output(each));
    },
    { cloud: chosen.cloud },
  );
  return { resources, found };
}

/** A registry where every tag is one image. */
const registryWith = (sha256Digest: string): MockedCloud => ({
  create: async () => undefined,
  invoke: async (token) => (token.endsWith('getRegistryImage') ? { sha256Digest } : undefined),
});

describe('an image that is taken from a registry', () => {
  test('is run by the digest of its tag; one with a digest is as it is', async () => {
    const { found, resources } = await images(taken);
    expect(found).toEqual({ 'team/admin:1': `team/admin:1@${digest}` });
    expect(resources.map(key)).toEqual(['docker cortex-registries']);
  });

  test('is run by its tag where nothing is pinned, and nothing is asked', async () => {
    for (const chosen of [{ rehearsal: true }, { images: { pin: false } }])
      expect(await images(taken, chosen)).toEqual({ resources: [], found: {} });
    expect((await images(taken, { rehearsal: true, images: { pin: true } })).found).not.toEqual({});
  });

  test('is asked for with the credentials of cortex:registries', async () => {
    const registries = { 'docker.io': { username: 'me', password: 'planted' } };
    const { resources } = await images(taken, { registries, registry: own });
    const { registryAuth, disableDockerDaemonCheck } = find(resources, 'docker cortex-registries');
    // providers get their configuration as JSON
    expect(disableDockerDaemonCheck).toBe('true');
    expect(JSON.stringify(registryAuth)).toContain('registry-1.docker.io');
    expect(JSON.stringify(registryAuth)).toContain('1b47061264138c4ac30d75fd1eb44270');
    // nothing is built: nobody has to have logged in there
    expect(JSON.stringify(registryAuth)).not.toContain('pkg.dev');
  });

  test('that no registry has is an error with the way on', async () => {
    const cloud: MockedCloud = {
      create: async () => undefined,
      invoke: async (_, { name }) => {
        // as gRPC has it
        throw Object.assign(new Error(), { details: `${String(name)} is unknown` });
      },
    };
    const tags = ['team/admin:1', 'team/engine:1'];
    const expected =
      /team\/admin:1: .*team\/admin:1 is unknown\n.*team\/engine:1: .*unknown\n.*cortex:images.pin/;
    await declared(() => expect(resolveTags(tags, new Provider('registries'))).rejects.toThrow(expected), {
      cloud,
    });
  });
});

describe('an image that is built', () => {
  const registry = own;

  test('is pushed to the stack’s own registry, for the host’s architecture, and run by its digest', async () => {
    const { resources, found } = await images(built, { registry });
    expect(find(resources, 'Image engine')).toMatchObject({
      imageName: `${registry.url}/engine:2`,
      build: {
        context: 'engine',
        dockerfile: 'engine/Dockerfile',
        target: 'runtime',
        args: { A: 'b' },
        platform: 'linux/amd64',
      },
      skipPush: false,
    });
    const { registryAuth } = find(resources, 'docker cortex-registries');
    expect(JSON.stringify(registryAuth)).toContain('europe-west1-docker.pkg.dev');
    expect(found).toEqual({
      'team/admin:1': `team/admin:1@${digest}`,
      'team/engine:2': `${registry.url}/engine:2@${digest}`,
    });
  });

  test('is pushed elsewhere by config, with its credentials, also where nothing is pinned', async () => {
    const { resources, found } = await images(built, {
      images: { pin: false, repository: 'registry.example.com:5000/team', platform: 'linux/arm64' },
      registries: { 'registry.example.com:5000': { username: 'me', password: 'planted' } },
      registry,
    });
    const { registry: where, build } = find(resources, 'Image engine');
    expect(where).toMatchObject({ value: { server: 'registry.example.com:5000', username: 'me' } });
    expect(build).toMatchObject({ platform: 'linux/arm64' });
    expect(found).toEqual({ 'team/engine:2': `registry.example.com:5000/team/engine:2@${digest}` });
  });

  test('needs a repository', async () => {
    await expect(images(built)).rejects.toThrow(/cortex:images.repository[\s\S]*builds engine/);
  });
});

test('a moved tag is a replacement in the preview, by its old and its new digest', async () => {
  const [before, after] = [`sha256:${'01'.repeat(32)}`, `sha256:${'02'.repeat(32)}`];
  const [spec] = taken.services as [ServiceSpec];
  const inputs = async (of: string) => {
    const { found } = await images(taken, { cloud: registryWith(of) });
    return {
      stack: 'prod',
      runtime: 'docker',
      name: 'admin-1',
      spec: { ...spec, image: found[spec.image] ?? '' },
    };
  };
  const { provider } = new FakeHost();
  const diff = await provider.diff('containerhost:index:Instance', {
    ...operation(),
    id: 'admin-1',
    oldInputs: JSON.parse(JSON.stringify(await inputs(before))),
    olds: {},
    news: JSON.parse(JSON.stringify(await inputs(after))),
    ignoreChanges: [],
  });
  expect(diff.detailedDiff).toEqual({ 'spec.image': { kind: 'UPDATE_REPLACE', inputDiff: true } });
  expect((await inputs(before)).spec.image).toBe(`team/admin:1@${before}`);
  expect((await inputs(after)).spec.image).toBe(`team/admin:1@${after}`);
});
