import { describe, expect, test } from '@jest/globals';
import type { Props } from '../../provider/rpc/value.ts';
import { HostError } from '../../provider/ssh/problem.ts';
import { FakeHost, operation, reading, type Sections } from './fakeHost.ts';
import { host } from './fixture.ts';
import { expectGolden, readable } from './golden.ts';

const type = 'containerhost:index:Slot';

function props(changes: Props = {}): Props {
  return {
    host: host as unknown as Props,
    stack: 'test',
    service: 'web',
    instance: 'web-1234567',
    ...changes,
  };
}

const serving: Sections = {
  records: [
    'web slot web-1234567',
    'web parked ',
    'web instance web-1234567',
    'web port web-1234567 8000 20007',
  ],
  proxy: { 'test.web.8000': ['127.0.0.1', 20007] },
};

test('created, updated and deleted: what a host is told', async () => {
  const fake = new FakeHost();
  const created = await fake.provider.create(type, { ...operation(), inputs: props() });
  expect(created).toEqual({ id: 'test/web', properties: {} });
  const news = props({ instance: 'web-7654321' });
  const request = { ...operation(), id: 'test/web', oldInputs: props(), olds: props() };
  expect(await fake.provider.update(type, { ...request, news })).toEqual({
    properties: {},
  });
  await fake.provider.delete(type, { ...request, properties: news });
  expectGolden('slot.sh', fake.scripts.map(readable).join('--- and then\n'));
});

test.each([
  ['that nobody names', 'web parked '],
  ['that is parked while its successor serves', 'web parked web-0000000'],
])('an instance %s is told, and removed with the next switch', async (_, parked) => {
  const others = (serving.records ?? []).filter((line) => line !== 'web parked ');
  const records = [...others, parked, 'web instance web-0000000'];
  const fake = new FakeHost(() => reading({ ...serving, records }));
  const request = { ...operation(), id: 'test/web' };
  const { inputs } = await fake.provider.read(type, { ...request, inputs: props(), properties: props() });
  expect(inputs).toEqual(props({ strays: ['web-0000000'] }));
  await fake.provider.update(type, { ...request, oldInputs: inputs, olds: inputs, news: props() });
  expect(fake.scripts.at(-1)).toContain('remove_strays web-0000000');
});

test('one that is parked and still named waits for its successor', async () => {
  const records = (serving.records ?? []).map((line) =>
    line === 'web parked ' ? `${line}web-1234567` : line,
  );
  const fake = new FakeHost(() => reading({ ...serving, records }));
  const request = { ...operation(), id: 'test/web' };
  const { inputs } = await fake.provider.read(type, { ...request, inputs: props(), properties: props() });
  expect(inputs).toEqual(props());
});

test('switched in place, never replaced', async () => {
  const request = { ...operation(), id: 'test/web', oldInputs: props(), olds: props(), ignoreChanges: [] };
  const diff = await new FakeHost().provider.diff(type, {
    ...request,
    news: props({ instance: 'web-7654321' }),
  });
  expect(diff).toMatchObject({ changes: true, replaces: [], detailedDiff: { instance: { kind: 'UPDATE' } } });
});

describe('read', () => {
  const read = (sections: Sections) =>
    new FakeHost(() => reading(sections)).provider.read(type, {
      ...operation(),
      id: 'test/web',
      inputs: props(),
      properties: props(),
    });

  test('as it was', async () => {
    expect(await read(serving)).toEqual({ id: 'test/web', inputs: props(), properties: {} });
  });

  test('never switched, or deleted on the host', async () => {
    expect((await read({})).id).toBe('');
    expect((await read({ records: ['web slot '] })).id).toBe('');
  });

  const live: [string, Sections, string][] = [
    [
      'another instance serves, as after a recovery',
      { records: ['web slot web-7654321', 'web instance web-7654321', 'web port web-7654321 8000 20007'] },
      'web-7654321',
    ],
    [
      'the proxy was switched by hand',
      { ...serving, proxy: { 'test.web.8000': ['127.0.0.1', 9] } },
      '127.0.0.1:9 (changed on the host)',
    ],
    [
      'its server was put into maintenance by hand',
      { ...serving, idle: { 'test.web.8000': 1 } },
      'web-1234567 (in maintenance on the host)',
    ],
    ['the proxy does not run: its own resource says so', { ...serving, proxy: undefined }, 'web-1234567'],
  ];
  test.each(live)('%s', async (_, sections, instance) => {
    const found = await read({ ...serving, ...sections });
    expect(found.inputs.instance).toBe(instance);
    // what was applied is kept while something else is in the inputs
    expect(found.properties).toEqual(instance === 'web-1234567' ? {} : { declared: 'web-1234567' });
  });

  test('another machine: gone. Nobody answers: an error', async () => {
    const request = { ...operation(), id: 'test/web', inputs: props(), properties: props() };
    const throwing = (kind: 'replaced' | 'unreachable', message: string) =>
      new FakeHost(() => {
        throw new HostError(kind, message);
      }).provider.read(type, request);
    expect((await throwing('replaced', 'this is another machine: its id is b, expected a')).id).toBe('');
    await expect(throwing('unreachable', 'cannot be reached')).rejects.toThrow('cannot be reached');
  });
});

test('deleted on a machine that was replaced: nothing to do', async () => {
  const fake = new FakeHost();
  const replaced = { ...(host as unknown as Props), machineId: 'f'.repeat(32) };
  await fake.provider.create(type, { ...operation(), inputs: props({ host: replaced }) });
  await fake.provider.delete(type, { ...operation(), id: 'test/web', oldInputs: props(), properties: {} });
  expect(fake.scripts).toHaveLength(1);
});
