import { describe, expect, test } from '@jest/globals';
import { type Props, Unknown } from '../../provider/rpc/value.ts';
import { FakeHost, operation, reading, type Sections } from './fakeHost.ts';
import { host } from './fixture.ts';

const type = 'containerhost:index:Setup';
const given: Props = { host: host as unknown as Props, stack: 'test' };
const digest = 'f'.repeat(64);
const file = '/usr/local/sbin/containerhost';
const units = ['addresses', 'proxy', 'recover'].map((name) => `containerhost-${name}.service`);
const enabled = (names: string[]) => names.map((name) => `Id=${name}\nUnitFileState=enabled\nDropInPaths=`);
const facts = ['linger yes', 'users 100000:65536', 'groups 100000:65536'];
const fine: Sections = {
  host: facts,
  hostUnits: enabled([...units, 'docker.service']),
  files: { [file]: digest },
};

async function check(): Promise<Props> {
  const request = { ...operation(), olds: undefined, news: given, randomSeed: new Uint8Array() };
  return (await new FakeHost().provider.check(type, request)).inputs;
}

async function read(sections: Sections, changes: Props = {}) {
  const op = operation();
  const inputs = { ...(await check()), ...changes };
  const found = await new FakeHost(() => reading(sections)).provider.read(type, {
    ...op,
    id: 'test',
    inputs,
    properties: { installed: { [file]: digest } },
  });
  return { ...found, logged: op.logged };
}

test('a host that is not known yet has no ids to compare', async () => {
  const news = { ...given, host: Unknown } as Props;
  const request = { ...operation(), olds: undefined, news, randomSeed: new Uint8Array() };
  expect((await new FakeHost().provider.check(type, request)).inputs).toEqual(news);
});

test('created: the host is mended, and what is installed there is kept', async () => {
  const fake = new FakeHost(() => `${digest}  ${file}\n`);
  const { properties } = await fake.provider.create(type, { ...operation(), inputs: await check() });
  expect(properties.installed).toEqual({ [file]: digest });
  expect(fake.scripts.join('')).toContain('mend_host cortex 100000');
});

test('as it was: nothing differs, and nothing is said', async () => {
  const { inputs, logged } = await read(fine);
  expect(inputs).toEqual(await check());
  expect(logged).toEqual([]);
});

describe('what differs is named, and is as declared in the next reading', () => {
  const drifts: [string, Sections, Props, string][] = [
    ['no linger', { host: facts.slice(1) }, { linger: false }, 'linger: true → false'],
    [
      'other ids',
      { host: ['linger yes', 'users 200000:65536', 'groups 100000:1000'] },
      { subordinateIds: { users: '200000:65536', groups: '100000:1000' } },
      'subordinateIds.users: "100000:65536" → "200000:65536"',
    ],
    [
      'a unit that is not there',
      { hostUnits: enabled(units) },
      { boot: { 'docker.service': 'not there' } },
      'boot["docker.service"]: "enabled" → "not there"',
    ],
    ['a file', { files: {} }, { files: { [file]: 'removed on the host' } }, `files["${file}"]`],
    [
      'an override',
      {
        hostUnits: enabled([...units, 'docker.service']).map(
          (each) => `${each}/a/containerhost-proxy.service.d/mine.conf`,
        ),
      },
      { files: { '/a/containerhost-proxy.service.d/mine.conf': 'added on the host' } },
      'files["/a/containerhost-proxy.service.d/mine.conf"]: none → "added on the host"',
    ],
  ];
  test.each(drifts)('%s', async (_, sections, expected, told) => {
    const found = await read({ ...fine, ...sections });
    expect(found.inputs).toMatchObject(expected);
    expect(found.logged.join('\n')).toContain(`${told}`);
    expect(found.logged.join('\n')).toContain('(someone changed it on the host)');
    expect((await read(fine, found.inputs)).inputs).toEqual(await check());
  });

  test('more ids than are needed are as good', async () => {
    const more = { ...fine, host: ['linger yes', 'users 100000:99999', 'groups 100000:65536'] };
    expect((await read(more)).inputs).toEqual(await check());
  });
});

test('what changes several units is named once and left alone, unless a distribution does', async () => {
  const shared =
    '/usr/lib/systemd/system/service.d/10-timeout-abort.conf /etc/systemd/system/service.d/mine.conf';
  const { inputs, logged } = await read({
    ...fine,
    hostUnits: enabled([...units, 'docker.service']).map((each) => `${each}${shared}`),
  });
  expect(inputs).toEqual(await check());
  expect(logged).toEqual([
    'warning: drop-in /etc/systemd/system/service.d/mine.conf changes several units at once, and is nothing that it ' +
      'knows: it is left alone. Remove it by hand if nobody needs it.',
  ]);
});

test('strangers are named and left alone', async () => {
  const records = ['web slot web-1', 'web instance web-1'];
  const used = {
    Name: '/web-1',
    Config: { Labels: { 'containerhost.stack': 'test', 'containerhost.service': 'web' } },
    NetworkSettings: { Networks: { 'test-net': {} } },
  };
  const lost = { Name: '/lost', Config: { Labels: { 'containerhost.stack': 'test' } } };
  const { inputs, logged } = await read({
    ...fine,
    records,
    docker: [used, lost],
    networks: [
      'docker test-net containerhost.stack=test',
      'docker old containerhost.stack=test,a=b',
      'podman test-gone',
      'podman other containerhost.stack=another',
    ],
    unitFiles: [
      '/etc/systemd/system/web.service',
      '/home/cortex/.config/containers/systemd/web-1.container',
      '/etc/systemd/system/website.service',
    ],
  });
  expect(inputs).toEqual(await check());
  expect(logged.map((line) => line.replace(/ has the .*| of stack.*/, ''))).toEqual([
    'warning: container "lost" in docker',
    'warning: network "old" in docker',
    'warning: network "test-gone" in podman',
    'warning: unit /etc/systemd/system/web.service',
  ]);
});
