import { expect, test } from '@jest/globals';
import type { InstanceInputs } from '../../provider/inputs.ts';
import { type Props, Secret } from '../../provider/rpc/value.ts';
import { HostError } from '../../provider/ssh/problem.ts';
import { FakeHost, operation, probe } from './fakeHost.ts';
import { inputs, spec } from './fixture.ts';
import { expectGolden, readable } from './golden.ts';

const type = 'containerhost:index:Instance';

function props(changes: Partial<InstanceInputs> = {}): Props {
  return { ...(inputs(changes) as unknown as Props), secrets: new Secret({}), state: 'running' };
}

/** A preview of a new instance, and what it says. */
async function preview(fake: FakeHost, changes: Partial<InstanceInputs> = {}): Promise<string[]> {
  const about = operation();
  await fake.provider.preview?.(type, { ...about, id: undefined, olds: {}, news: props(changes) });
  return about.logged;
}

test('a preview has the unit checked on the host, from a folder that goes again', async () => {
  const fake = new FakeHost();
  expect(await preview(fake, { runtime: 'podman' })).toEqual([]);
  expect(fake.scripts).toHaveLength(1);
  expectGolden('instance-preview.sh', readable(fake.scripts[0] ?? ''));
});

test('what a flip would change is told, and what the host lacks stops it: all of it', async () => {
  const fake = new FakeHost();
  fake.probe = probe('serving web web-7654321 docker', 'image podman arm64 docker.io/example/web:1');
  fake.probe = fake.probe.replace('linger yes', 'linger no');
  const about = operation();
  const written = spec({ mounts: [{ kind: 'volume', volume: 'data', target: '/data', readOnly: false }] });
  const news = props({ runtime: 'podman', spec: written });
  await expect(async () =>
    fake.provider.preview?.(type, { ...about, id: undefined, olds: {}, news }),
  ).rejects.toThrow(/^nothing was begun:\nhost: .*linger.*\nservices\.web\.image: .*arm64.*$/);
  expect(about.logged).toEqual([expect.stringMatching(/^info: services\.web\.volumes: .*other owners/)]);
});

test('a host is asked once, however many services move, and their memory is added up', async () => {
  const fake = new FakeHost();
  const service = (name: string) => ({ spec: spec({ name, ports: [] }) });
  fake.probe = probe(
    ...['a', 'b', 'c'].flatMap((name) => [`serving ${name} ${name}-1 docker`, `memory ${name}-1 900000000`]),
  );
  await preview(fake, service('a'));
  await preview(fake, service('b'));
  await expect(preview(fake, service('c'))).rejects.toThrow(/instances of a, b, c need 2575 MiB more/);
  expect(fake.probes).toBe(1);
});

test('a single writer stops first, and needs no memory beside itself', async () => {
  const fake = new FakeHost();
  fake.probe = probe('serving web web-1 docker', 'memory web-1 9000000000');
  expect(await preview(fake, { spec: spec({ rollout: 'recreate' }) })).toEqual([]);
});

test('a host that does not answer is no reason to refuse a preview: its recovery begins with one', async () => {
  const fake = new FakeHost(() => {
    throw new HostError('unreachable', 'cannot be reached');
  });
  expect(await preview(fake)).toEqual(['warning: not checked beforehand: cannot be reached']);
});

test('an update without a preview is refused as well, before anything is touched', async () => {
  const fake = new FakeHost();
  fake.probe = probe().replace('version haproxy 3.0.11', 'version haproxy');
  await expect(fake.provider.create(type, { ...operation(), inputs: props() })).rejects.toThrow(
    'nothing was begun:\nhost: haproxy does not answer',
  );
  expect(fake.scripts).toEqual([]);
});
