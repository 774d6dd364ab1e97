import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import type { Props } from '../../../provider/rpc/value.ts';
import { docker } from '../../../rehearsal/clouds/docker/docker.ts';
import { Store } from '../../../rehearsal/clouds/store.ts';
import { Engine, fakeWorld, scratch } from './fakes.ts';

const engine = new Engine(docker(new Store(join(scratch(), 'docker.json')), fakeWorld().imageDigest));
const digest = `sha256:${'ab'.repeat(32)}`;

test('a tag is resolved to a digest', async () => {
  const answer = await engine.invoke('docker:index/getRegistryImage:getRegistryImage', {
    name: 'team/app:1',
  });
  expect(answer).toMatchObject({ name: 'team/app:1', sha256Digest: digest });
  const image = await engine.create('docker:index/remoteImage:RemoteImage', 'app', { name: 'team/app:1' });
  expect(image.properties.repoDigest).toBe(`team/app@${digest}`);
});

test('an image that no registry has is an error', async () => {
  await expect(
    engine.invoke('docker:index/getRegistryImage:getRegistryImage', { name: 'team/app:2' }),
  ).rejects.toThrow("no registry has the image 'team/app:2'");
});

test('another digest replaces the image', async () => {
  const inputs = { name: 'team/app:1', pullTriggers: [digest] };
  const other = {
    type: 'docker:index/remoteImage:RemoteImage',
    name: 'app',
    id: 'x',
    inputs,
    properties: inputs,
  };
  expect((await engine.diff(other, { ...inputs, pullTriggers: ['sha256:00'] })).replaces).toEqual([
    'pullTriggers[0]',
  ]);
});

describe('an image that is built', () => {
  const image = 'docker:index/image:Image';
  const build = { context: 'app', platform: 'linux/amd64' };

  test('has the digest that the registry tells after the push', async () => {
    const { properties } = await engine.create(image, 'app', {
      imageName: 'team/app:1',
      build,
      registry: { server: 'registry.example.com' },
    });
    expect(properties).toMatchObject({
      repoDigest: `team/app@${digest}`,
      dockerfile: 'app/Dockerfile',
      registryServer: 'registry.example.com',
    });
  });

  test('cannot be pushed where there is no registry', async () => {
    await expect(engine.create(image, 'app', { imageName: 'team/app:2', build })).rejects.toThrow(
      "no registry has the image 'team/app:2'",
    );
  });

  test.each<[Props, string]>([
    [{ build }, 'imageName'],
    [{ imageName: 'Team/app:1' }, 'a reference to an image'],
    [{ imageName: 'team/app:1', build: { platform: 'linux/amd64,linux/arm64' } }, 'one operating system'],
    [{ imageName: 'team/app:1', build: { builderVersion: 'BuilderV3' } }, 'BuilderV3'],
    [{ imageName: 'team/app:1', build: { file: 'Dockerfile' } }, 'file'],
    [{ imageName: 'team/app:1', tags: ['1'] }, 'tags'],
  ])('%j is refused', async (inputs, reason) => {
    const { failures } = await engine.check(image, 'app', inputs);
    expect(failures.map(({ property, reason: why }) => `${property}: ${why}`).join('\n')).toContain(reason);
  });
});

test('what is no reference is not asked for', async () => {
  await expect(
    engine.invoke('docker:index/getRegistryImage:getRegistryImage', { name: 'Team/app:1' }),
  ).rejects.toThrow('invalid reference format');
});
