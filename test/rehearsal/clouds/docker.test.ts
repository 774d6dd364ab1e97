import { join } from 'node:path';
import { expect, test } from '@jest/globals';
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
