import { describe, expect, test } from '@jest/globals';
import { type Props, Secret } from '../../provider/rpc/value.ts';
import { HostError } from '../../provider/ssh/problem.ts';
import { FakeHost, operation, reading } from './fakeHost.ts';
import { host } from './fixture.ts';
import { expectGolden, readable } from './golden.ts';

const type = 'containerhost:index:Images';
const registries = { 'registry.example': { username: 'me', password: 'planted' } };

function props(changes: Props = {}): Props {
  return {
    host: host as unknown as Props,
    stack: 'test',
    images: ['example/web:1', 'registry.example/db:2'],
    registries: new Secret(registries),
    ...changes,
  };
}

test('what a host is told: credentials by standard input', async () => {
  const fake = new FakeHost();
  await fake.provider.create(type, { ...operation(), inputs: props() });
  const [script = ''] = fake.scripts;
  expect(script).not.toContain('planted');
  expect(script).not.toContain(Buffer.from('me:planted').toString('base64'));
  expectGolden('images.sh', readable(script));
});

test('credentials are a secret, however the program gave them, and no difference', async () => {
  const { provider } = new FakeHost();
  const request = { ...operation(), olds: undefined, randomSeed: new Uint8Array() };
  const checked = await provider.check(type, { ...request, news: props({ registries }) });
  expect(checked.inputs.registries).toBeInstanceOf(Secret);
  expect(JSON.stringify(checked)).not.toContain('planted');
  const diff = { ...operation(), id: 'test', oldInputs: props(), olds: {}, ignoreChanges: [] };
  expect(await provider.diff(type, { ...diff, news: props({ registries: new Secret({}) }) })).toMatchObject({
    changes: false,
  });
  expect(await provider.diff(type, { ...diff, news: props({ images: [] }) })).toMatchObject({
    changes: true,
  });
});

test('an image that cannot be had is the error, without the credentials', async () => {
  const fake = new FakeHost(() => {
    throw new HostError('failed', 'image "example/web:1" is not in docker on this host');
  });
  const error = await fake.provider.create(type, { ...operation(), inputs: props() }).catch(String);
  expect(error).toContain('is not in docker');
  expect(error).not.toContain('planted');
});

const both = ['docker example/web:1', 'podman docker.io/example/web:1'];
const pinned = ['docker registry.example/db:2', 'podman registry.example/db:2'];

describe('read', () => {
  const read = async (images: string[], stored = { inputs: props(), properties: {} }) =>
    new FakeHost(() => reading({ images })).provider.read(type, { ...operation(), ...stored, id: 'test' });

  test('both engines have all of them', async () => {
    expect((await read([...both, ...pinned, 'docker other:3'])).inputs).toEqual(props());
  });

  test('one that was pruned from one engine is missing, and wanted again', async () => {
    const found = await read(['docker example/web:1', ...pinned]);
    expect(found.inputs).toEqual(props({ images: ['registry.example/db:2'] }));
    expect((await read([...both, ...pinned], found)).inputs).toEqual(props());
  });
});

test('nothing of it is deleted on the host: images stay, as with the engines themselves', async () => {
  const fake = new FakeHost();
  await fake.provider.delete(type, { ...operation(), id: 'test', oldInputs: props(), properties: {} });
  expect(fake.scripts).toEqual([]);
});
