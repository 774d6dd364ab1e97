import { describe, expect, test } from '@jest/globals';
import type { Props } from '../../provider/rpc/value.ts';
import { HostError } from '../../provider/ssh/problem.ts';
import { FakeHost, operation, reading } from './fakeHost.ts';
import { host } from './fixture.ts';
import { expectGolden, readable } from './golden.ts';

const type = 'containerhost:index:Volume';

function props(changes: Props = {}): Props {
  return {
    host: host as unknown as Props,
    stack: 'test',
    volume: 'state',
    external: 'cortex_state',
    source: 'keep',
    ...changes,
  };
}

test('what a host is told: both engines’ ids, because only the host knows which one has the volume', async () => {
  const fake = new FakeHost();
  expect(await fake.provider.create(type, { ...operation(), inputs: props() })).toEqual({
    id: 'test/state',
    properties: {},
  });
  expectGolden('volume.sh', readable(fake.scripts[0] ?? ''));
});

test('that its source may go is an update, and no replacement', async () => {
  const fake = new FakeHost();
  const change = { ...operation(), id: 'test/state', oldInputs: props(), olds: props(), ignoreChanges: [] };
  const news = props({ source: 'remove' });
  expect(await fake.provider.diff(type, { ...change, news })).toMatchObject({ changes: true, replaces: [] });
  await fake.provider.update(type, { ...change, news });
  expect(fake.scripts[0]).toContain('carry_volume test state cortex_state cortex remove');
});

describe('read', () => {
  const read = (answer: () => string) =>
    new FakeHost(answer).provider.read(type, {
      ...operation(),
      id: 'test/state',
      inputs: props(),
      properties: props(),
    });

  test('what was carried is there', async () => {
    expect(await read(() => reading({ volumes: ['other', 'state'] }))).toMatchObject({ id: 'test/state' });
  });

  test('what went back to its engine is gone, so that it is carried in again', async () => {
    expect(await read(() => reading({ volumes: ['other'] }))).toEqual({ id: '', inputs: {}, properties: {} });
  });

  test('a host that cannot be reached is an error', async () => {
    const down = () => {
      throw new HostError('unreachable', 'host cannot be reached');
    };
    await expect(read(down)).rejects.toThrow('cannot be reached');
  });
});

test('deleting it asks nothing of the host: the data stays', async () => {
  const fake = new FakeHost();
  await fake.provider.delete(type, {
    ...operation(),
    id: 'test/state',
    oldInputs: props(),
    properties: props(),
  });
  expect(fake.scripts).toEqual([]);
});
