import { createHash } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { renderListeners } from '../../provider/haproxy.ts';
import type { ProxyService } from '../../provider/inputs.ts';
import type { ReadResult } from '../../provider/rpc/resourceProvider.ts';
import { type Props, Unknown } from '../../provider/rpc/value.ts';
import { HostError } from '../../provider/ssh/problem.ts';
import { FakeHost, operation, reading, type Sections } from './fakeHost.ts';
import { host } from './fixture.ts';
import { expectGolden, readable } from './golden.ts';

const type = 'containerhost:index:Proxy';

const web: Props = {
  hold: { ms: 25_000, requests: 100, bodyBytes: 65_536 },
  ports: [{ port: 8000, protocol: 'http', published: [{ address: '127.0.0.1', port: 5001 }] }],
};
const worker: Props = { hold: { ms: 1000, requests: 100, bodyBytes: 65_536 }, ports: [] };

function props(services: Props = { web, worker }): Props {
  return { host: host as unknown as Props, stack: 'test', services, running: true };
}

const file = '/etc/containerhost/haproxy/test.web.cfg';
const configuration = (port: number) =>
  `${renderListeners({ stack: 'test', service: 'web', ...(web as unknown as ProxyService) })
    .replaceAll('@address@', '198.19.0.1')
    .replaceAll('@8000@', port === 1 ? '1 weight 2' : `${port} weight 1`)}\n`;
const digest = (text: string) => createHash('sha256').update(text).digest('hex');
const records = [
  'web slot web-1',
  'web parked ',
  'web instance web-1',
  'web port web-1 8000 20007',
  'web address 198.19.0.1',
];
const fine: Sections = { records, files: { [file]: digest(configuration(20007)) } };

test('created and deleted: what a host is told', async () => {
  const fake = new FakeHost();
  const { id } = await fake.provider.create(type, { ...operation(), inputs: props() });
  expect(id).toBe('test');
  await fake.provider.delete(type, { ...operation(), id, oldInputs: props(), properties: {} });
  expectGolden('proxy.sh', fake.scripts.map(readable).join('--- and then\n'));
});

test('a proxy runs, by declaration, and is changed in place', async () => {
  const { provider } = new FakeHost();
  const { running: _, ...news } = props();
  const checked = await provider.check(type, {
    ...operation(),
    olds: undefined,
    news,
    randomSeed: new Uint8Array(),
  });
  expect(checked).toEqual({ inputs: props(), failures: [] });
  const request = { ...operation(), id: 'test', oldInputs: props(), olds: {}, ignoreChanges: [] };
  expect(await provider.diff(type, { ...request, news: props({ web }) })).toMatchObject({
    changes: true,
    replaces: [],
  });
  const unknown: Props = { ...props(), host: { ...(host as unknown as Props), machineId: Unknown } };
  expect(await provider.preview?.(type, { ...operation(), id: undefined, olds: {}, news: unknown })).toEqual(
    {},
  );
});

describe('read', () => {
  /** @param found what an earlier refresh has stored; default: there was none */
  async function read(sections: Sections, found?: ReadResult) {
    const fake = new FakeHost(() => reading(sections));
    const created = await fake.provider.create(type, { ...operation(), inputs: props() });
    const stored = found ?? { inputs: props(), properties: created.properties };
    return fake.provider.read(type, { ...operation(), ...stored, id: 'test' });
  }

  test('as it was: nothing differs, also when read again with what was read', async () => {
    const first = await read(fine);
    expect(first.inputs).toEqual(props());
    expect((await read(fine, first)).inputs).toEqual(props());
  });

  const drifts: [string, Sections, Props][] = [
    ['changed', { ...fine, files: { [file]: digest('x') } }, { services: { web: 'changed on the host' } }],
    ['removed', { ...fine, files: {} }, { services: { web: 'removed on the host' } }],
    ['stopped', { ...fine, proxy: undefined }, { running: false }],
  ];
  test.each(drifts)('%s, and mended again after a refresh had stored that', async (_, sections, expected) => {
    const drifted = await read(sections);
    expect(drifted.inputs).toMatchObject(expected);
    expect((await read(fine, drifted)).inputs).toEqual(props());
    expect(await read(sections, drifted)).toEqual(drifted);
  });

  test('while the one that serves is parked, requests are held at a closed port', async () => {
    const parked = records.map((line) => (line === 'web parked ' ? 'web parked web-1' : line));
    const held = { records: parked, files: { [file]: digest(configuration(1)) } };
    expect((await read(held)).inputs).toEqual(props());
  });

  test('another machine: gone. Nobody answers: an error', async () => {
    const request = { ...operation(), id: 'test', inputs: props(), properties: {} };
    const throwing = (kind: 'replaced' | 'unreachable', message: string) =>
      new FakeHost(() => {
        throw new HostError(kind, message);
      }).provider.read(type, request);
    expect((await throwing('replaced', 'this is another machine: its id is b, expected a')).id).toBe('');
    await expect(throwing('unreachable', 'cannot be reached')).rejects.toThrow('cannot be reached');
  });
});
