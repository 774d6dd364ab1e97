import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { parseBaseline } from '../../provider/baseline.ts';
import type { InstanceInputs } from '../../provider/inputs.ts';
import type { CreateResult } from '../../provider/rpc/resourceProvider.ts';
import { type Props, reveal, Secret, Unknown } from '../../provider/rpc/value.ts';
import { HostError } from '../../provider/ssh/problem.ts';
import { container, FakeHost, operation, reading, type Sections } from './fakeHost.ts';
import { host, inputs, spec } from './fixture.ts';
import { expectGolden, readable } from './golden.ts';

const type = 'containerhost:index:Instance';
const seed = (n: number) => new Uint8Array(32).fill(n);

/** As the engine sends inputs: checked, and with secrets sealed. */
function props(changes: Partial<InstanceInputs> = {}): Props {
  const plain = inputs(changes);
  return { ...(plain as unknown as Props), secrets: new Secret({ ...plain.secrets }), state: 'running' };
}

function answering(created: Sections): (script: string) => string {
  return (script) => {
    if (script.includes('reserve_instance')) {
      return 'port 8000 20007\naddress web 198.19.0.1\naddress db 198.19.0.2\naddress other 198.19.0.3\n';
    }
    return script.includes('delete_instance') ? '' : reading(created);
  };
}

const token = { secrets: [{ secret: 'token', target: '/run/secrets/token' }] };
const tokenDigest = { 'web-1234567-token': 'd1' };

async function created(
  changes: Partial<InstanceInputs> = {},
  sections: Sections = { docker: [container()] },
): Promise<{ fake: FakeHost; result: CreateResult; declared: Props }> {
  const fake = new FakeHost(answering(sections));
  const declared = props(changes);
  const result = await fake.provider.create(type, { ...operation(), inputs: declared });
  return { fake, result, declared };
}

describe('check', () => {
  const check = (news: Props, randomSeed = seed(1), olds?: Props) =>
    new FakeHost().provider.check(type, { ...operation(), olds, news, randomSeed });
  const unnamed = (changes: Partial<InstanceInputs> = {}) => {
    const { name: _, ...rest } = props(changes);
    return rest;
  };

  test('the name is made of the service and the seed: the same in a preview and in its update', async () => {
    const [first, again, other] = [
      await check(unnamed()),
      await check(unnamed()),
      await check(unnamed(), seed(2)),
    ];
    expect(first.inputs.name).toMatch(/^web-[0-9a-f]{7}$/);
    expect(again.inputs.name).toBe(first.inputs.name);
    expect(other.inputs.name).not.toBe(first.inputs.name);
  });

  test('no two services get one name of one seed', async () => {
    const other = await check(unnamed({ spec: spec({ name: 'db' }) }));
    expect(String(other.inputs.name).slice(3)).not.toBe(
      String((await check(unnamed())).inputs.name).slice(4),
    );
  });

  test('an instance keeps its name; its replacement, checked without the old inputs, gets another', async () => {
    const kept = await check(unnamed(), seed(2), { name: 'web-1234567' });
    expect(kept.inputs.name).toBe('web-1234567');
    expect((await check(unnamed(), seed(2), undefined)).inputs.name).not.toBe('web-1234567');
  });

  test('a spec that is not known yet names nothing', async () => {
    expect((await check({ ...unnamed(), spec: Unknown })).inputs.name).toBe(Unknown);
  });

  test('what the runtime refuses is said here, while everything serves', async () => {
    const refused = spec({ user: { uid: 70_000, gid: 70_000 } });
    expect((await check(unnamed({ runtime: 'docker', spec: refused }))).failures).toEqual([]);
    expect((await check(unnamed({ runtime: 'podman', spec: refused }))).failures).toEqual([
      { property: 'spec', reason: expect.stringMatching(/^services\.web\.user: 70000 does not exist/) },
      { property: 'spec', reason: expect.stringMatching(/^services\.web\.user: 70000 does not exist/) },
    ]);
    const unsure: Props = { ...(refused as unknown as Props), image: Unknown };
    expect((await check({ ...unnamed({ runtime: 'podman' }), spec: unsure })).failures).toEqual([]);
  });
});

describe('diff', () => {
  const diff = (news: Props, olds = props()) =>
    new FakeHost().provider.diff(type, {
      ...operation(),
      id: 'web-1234567',
      oldInputs: olds,
      olds: {},
      news,
      ignoreChanges: [],
    });

  test('every change replaces; a flip reads as the one line that it is', async () => {
    expect(await diff(props({ runtime: 'podman' }))).toEqual({
      changes: true,
      replaces: ['runtime'],
      deleteBeforeReplace: false,
      detailedDiff: { runtime: { kind: 'UPDATE_REPLACE', inputDiff: true } },
    });
  });

  test('another way to the host changes nothing', async () => {
    const moved = {
      ...host,
      hostKey: 'ssh-ed25519 BBBB',
      connection: { ...host.connection, port: 2222, user: 'me' },
    };
    expect(await diff(props({ host: moved }))).toMatchObject({ changes: false, replaces: [] });
  });

  test('a host that is not known yet is another host', async () => {
    const unknown: Props = { ...(host as unknown as Props), machineId: Unknown };
    expect(await diff({ ...props(), host: unknown })).toMatchObject({ replaces: ['host.machineId'] });
  });

  const rolling = spec();
  const recreate = spec({ rollout: 'recreate' });
  const sealed = (inner: Props): Props => ({ ...inner, spec: new Secret(inner.spec ?? null) });
  const cases: [string, Props, Props, boolean][] = [
    ['neither', props({ spec: rolling }), props({ spec: { ...rolling, image: 'x:2' } }), false],
    ['the old one', props({ spec: recreate }), props({ spec: rolling }), true],
    ['the new one', props({ spec: rolling }), props({ spec: recreate }), true],
    ['both', props({ spec: recreate }), props({ spec: { ...recreate, image: 'x:2' } }), true],
    [
      'one with a secret in its spec',
      sealed(props({ spec: recreate })),
      sealed(props({ spec: recreate })),
      true,
    ],
  ];
  test.each(cases)(
    'deleted first where a single writer is concerned: %s',
    async (_, olds, news, expected) => {
      expect((await diff({ ...news, runtime: 'podman' }, olds)).deleteBeforeReplace).toBe(expected);
    },
  );
});

test('a preview tells what is known and keeps what is not', async () => {
  const news: Props = { ...props(), host: { ...(host as unknown as Props), machineId: Unknown } };
  const fake = new FakeHost();
  expect(await fake.provider.preview?.(type, { ...operation(), id: undefined, olds: {}, news })).toEqual({
    name: news.name,
  });
  expect(fake.scripts).toEqual([]);
});

test('it is never updated', () => {
  const request = { ...operation(), id: 'web-1234567', oldInputs: props(), olds: {}, news: props() };
  expect(() => new FakeHost().provider.update(type, request)).toThrow('every change replaces it');
});

describe('create', () => {
  const everything = spec({
    ...token,
    configs: [{ config: 'rules', target: '/etc/rules', content: 'a: 1\n' }],
    rollout: 'recreate',
    user: { uid: 1000, gid: 1000 },
    mounts: [{ kind: 'volume', volume: 'data', target: '/data', readOnly: false }],
  });
  const runtimes = ['docker', 'podman'] as const;

  test.each(runtimes)('what a host is told, in two steps: %s', async (runtime) => {
    const { fake } = await created(
      { runtime, spec: everything, secrets: { token: 'planted' } },
      { [runtime]: [container()], secrets: tokenDigest },
    );
    expect(fake.scripts).toHaveLength(2);
    expectGolden(`instance-create-${runtime}.sh`, fake.scripts.map(readable).join('--- and then\n'));
  });

  test("the project's files travel with it; one file is delivered as a folder that holds it", async () => {
    const project = mkdtempSync(join(tmpdir(), 'project-'));
    try {
      writeFileSync(join(project, 'a.md'), 'a');
      const [folder, file] = [project, join(project, 'a.md')];
      const { fake } = await created({
        spec: spec({
          mounts: [
            { kind: 'project', source: folder, target: '/folder', readOnly: false, digest: 'f1' },
            { kind: 'project', source: file, target: '/file', readOnly: true, digest: 'f2' },
          ],
        }),
      });
      const named = (path: string) => createHash('sha256').update(path).digest('hex').slice(0, 6);
      const script = readable(fake.scripts[1] ?? '').replaceAll(
        /projects\/[^ /]*-([0-9a-f]{6})/g,
        'projects/$1',
      );
      expect(script).toContain(
        `  0.tar f1 0 0 /srv/containerhost/test/projects/${named(folder)}\n` +
          `  1.tar f2 - - /srv/containerhost/test/projects/${named(file)}`,
      );
      expect(script).toContain('(a tar of ./, ./a.md)');
      expect(script).toContain('(a tar of a.md)');
    } finally {
      rmSync(project, { recursive: true });
    }
  });

  test('its name is its id, and what it was found to be is kept beside its inputs', async () => {
    const { result, declared } = await created(
      { spec: spec(token), secrets: { token: 'planted' } },
      { docker: [container()], secrets: tokenDigest },
    );
    expect(result.id).toBe('web-1234567');
    expect(result.properties).toEqual({
      name: declared.name,
      baseline: expect.any(String),
    });
    expect(parseBaseline(reveal(result.properties.baseline ?? null))).toMatchObject({
      observed: { image: 'example/web:1', restart: 'always' },
      secrets: { token: 'd1' },
    });
    expect(JSON.stringify(result.properties)).not.toContain('planted');
  });

  test('a container that its engine does not know was not created', async () => {
    await expect(created({}, { docker: [] })).rejects.toThrow(
      'web-1234567 started, but docker does not know it',
    );
  });

  test("a host's words are the error, and no secret is in it", async () => {
    const fake = new FakeHost((script) => {
      if (script.includes('reserve_instance')) return 'port 8000 20007\naddress web 198.19.0.1\n';
      throw new HostError('failed', 'web-1234567 was taken away again');
    });
    const declared = props({ spec: spec(token), secrets: { token: 'planted' } });
    const error = await fake.provider.create(type, { ...operation(), inputs: declared }).catch(String);
    expect(error).toContain('was taken away again');
    expect(error).not.toContain('planted');
    expect(error).not.toContain(Buffer.from('planted').toString('base64'));
  });

  test('a secret is on standard input only: in no line that is run', async () => {
    const { fake } = await created(
      { spec: spec(token), secrets: { token: 'planted' } },
      { docker: [container()], secrets: tokenDigest },
    );
    const encoded = Buffer.from('planted').toString('base64');
    const run = fake.scripts.join('\n').replaceAll(/<<'CONTENT'.*?\nCONTENT/gs, '');
    expect(fake.scripts[1]).toContain(encoded);
    expect(run).not.toContain(encoded);
    expect(fake.scripts.join('\n')).not.toContain('planted');
  });
});

describe('read', () => {
  /** Created as `before`, found as `after`. */
  async function found(
    after: (fake: FakeHost, result: CreateResult) => Sections,
    changes: Partial<InstanceInputs> = {},
    before: Sections = { docker: [container()] },
  ) {
    const { fake, result, declared } = await created(changes, before);
    const baseline = parseBaseline(reveal(result.properties.baseline ?? null));
    const records = [
      'web slot web-1234567',
      'web parked ',
      'web instance web-1234567',
      'web port web-1234567 8000 20007',
    ];
    const sections = {
      records,
      files: baseline.files,
      secrets: before.secrets ?? {},
      ...after(fake, result),
    };
    fake.answer = () => reading(sections);
    const op = operation();
    const request = { ...op, id: result.id, inputs: declared, properties: result.properties };
    return {
      ...(await fake.provider.read(type, request)),
      declared,
      fake,
      logged: op.logged,
      result,
      baseline,
    };
  }

  const probe = { port: 2000, path: '/config', select: '.rules', expected: '["a"]' };

  test('what a container says of itself is asked once it is healthy, and compared from then on', async () => {
    const {
      fake,
      inputs: same,
      declared,
    } = await found(() => ({ docker: [container()], probes: { 'web-1234567': '["a"]' } }), { probe });
    expect(fake.scripts.join('\n')).toMatch(
      /start_instance web-1234567\nprobe_instance web-1234567 cortex\nserve_successor web-1234567\ndescribe_instance/,
    );
    expect(same).toEqual(declared);
    const { inputs: other } = await found(
      () => ({ docker: [container()], probes: { 'web-1234567': '["b"]' } }),
      { probe },
    );
    expect(other).toEqual({ ...declared, probe: { ...probe, expected: '["b"]' } });
    // it did not answer: its state says more
    const { inputs: silent } = await found(() => ({ docker: [container()] }), { probe });
    expect(silent).toEqual(declared);
  });

  test('nothing changed: the inputs, word for word', async () => {
    const { inputs: live, declared, id } = await found(() => ({ docker: [container()] }));
    expect(id).toBe('web-1234567');
    expect(live).toEqual(declared);
  });

  const drifts: [string, ReturnType<typeof container>, Props][] = [
    ['stopped', container({ State: { Status: 'exited' } }), { state: 'exited' }],
    ['another image', container({}, { Image: 'example/web:9' }), { spec: { image: 'example/web:9' } }],
    [
      'a variable changed, one added, one removed',
      container({}, { Env: ['PATH=/bin', 'GREETING=bye', 'DEBUG=1'] }),
      { spec: { environment: { GREETING: 'bye', DEBUG: '1' } } },
    ],
    [
      'more memory',
      container({ HostConfig: { Memory: 1 << 20, NanoCpus: 0, RestartPolicy: { Name: 'always' } } }),
      { spec: { limits: { memoryBytes: 1 << 20 } } },
    ],
    [
      'half a core',
      container({ HostConfig: { Memory: 0, NanoCpus: 5e8, RestartPolicy: { Name: 'always' } } }),
      { spec: { limits: { cpus: 0.5 } } },
    ],
    [
      'another restart policy',
      container({ HostConfig: { Memory: 0, NanoCpus: 0, RestartPolicy: { Name: 'no' } } }),
      { spec: { restart: 'no' } },
    ],
    [
      'a mount that can be written no more',
      container({ Mounts: [{ Source: '/srv/data', Destination: '/data', RW: false }] }),
      { spec: { mounts: ['/srv/data:/data:ro'] } },
    ],
    ['another command', container({}, { Cmd: ['sleep'] }), { spec: { command: ['sleep'] } }],
    ['a network less', container({ NetworkSettings: { Networks: {} } }), { spec: { networks: [] } }],
  ];
  test.each(drifts)('%s', async (_, docker, expected) => {
    const { inputs: live, declared, fake } = await found(() => ({ docker: [docker] }));
    expect(live).toMatchObject(expected);
    const { changes, replaces } = await fake.provider.diff(type, {
      ...operation(),
      id: 'web-1234567',
      oldInputs: live,
      olds: {},
      news: declared,
      ignoreChanges: [],
    });
    expect(changes).toBe(true);
    const [property = '', inner] = Object.entries(expected)[0] ?? [];
    const path = typeof inner === 'object' ? `${property}.${Object.keys(inner ?? {})[0]}` : property;
    expect(replaces.every((each) => each.startsWith(path))).toBe(true);
  });

  test('what is mended is drift no more, also when a refresh had stored it', async () => {
    const first = await found(() => ({
      docker: [container({ State: { Status: 'exited' } }, { Image: 'x:9' })],
      files: {},
    }));
    expect(first.inputs.files).toBeDefined();
    first.fake.answer = () => reading({ docker: [container()], files: first.baseline.files });
    await first.fake.hosts.change('test', host, 'true');
    const again = await first.fake.provider.read(type, { ...operation(), ...first });
    expect(again.inputs).toEqual(first.declared);
    expect(again.properties).toEqual(first.result.properties);
  });

  test('what the program gave is kept while it differs, however often it is looked at', async () => {
    const first = await found(() => ({ docker: [container({}, { Image: 'x:9' })] }));
    expect(first.inputs).not.toEqual(first.declared);
    expect(first.properties.declared).toMatchObject({ spec: first.declared.spec });
    const again = await first.fake.provider.read(type, { ...operation(), ...first });
    expect(again).toMatchObject({ inputs: first.inputs, properties: first.properties });
  });

  test('gone: the engines answered and do not have it', async () => {
    expect((await found(() => ({ docker: [] }))).id).toBe('');
    const impostor = container({}, { Labels: {} });
    expect((await found(() => ({ docker: [impostor] }))).id).toBe('');
  });

  test('a file edited, and one removed', async () => {
    const { inputs: live } = await found((_, { properties }) => {
      const { files } = parseBaseline(reveal(properties.baseline ?? null));
      const [edited = '', removed = '', ...rest] = Object.keys(files);
      const kept = Object.fromEntries(rest.map((path) => [path, files[path] ?? '']));
      expect(removed).not.toBe('');
      return { docker: [container()], files: { ...kept, [edited]: 'f'.repeat(64) } };
    });
    expect(Object.values(live.files as object).sort()).toEqual([
      'changed on the host',
      'removed on the host',
    ]);
  });

  const secretive = { spec: spec(token), secrets: { token: 'planted' } };
  const secretDrift: [string, Record<string, string>, string][] = [
    ['as it was', tokenDigest, 'planted'],
    ['changed', { 'web-1234567-token': 'd2' }, 'changed on the host'],
    ['removed', {}, 'removed on the host'],
  ];
  test.each(secretDrift)('a secret %s, wrapped in what is read', async (_, secrets, expected) => {
    const before = { docker: [container()], secrets: tokenDigest };
    const { inputs: live, properties } = await found(
      () => ({ docker: [container()], secrets }),
      secretive,
      before,
    );
    expect(live.secrets).toBeInstanceOf(Secret);
    expect(reveal(live.secrets ?? null)).toEqual({ token: expected });
    expect(JSON.stringify([live, properties])).not.toContain('planted');
  });

  test('strangers are told and left alone', async () => {
    const strangers = [
      container({ Name: '/web-copy' }, { Labels: {} }),
      container({ Name: '/web' }, { Labels: { 'com.docker.compose.project': 'x' } }),
      container({ Name: '/website' }, { Labels: {} }),
      container({ Name: '/web-7654321' }, { Labels: { 'containerhost.stack': 'another' } }),
    ];
    const { logged, inputs: live, declared } = await found(() => ({ docker: [container(), ...strangers] }));
    const warned = logged
      .filter((line) => line.startsWith('warning'))
      .map((line) => /"(.*?)"/.exec(line)?.[1]);
    expect(warned).toEqual(['web-copy', 'web']);
    expect(live).toEqual(declared);
  });

  test('a host that cannot be reached is an error, never an absence', async () => {
    const { fake, result, declared } = await created();
    fake.answer = () => {
      throw new HostError('unreachable', 'host cannot be reached');
    };
    const request = { ...operation(), id: result.id, inputs: declared, properties: result.properties };
    await expect(fake.provider.read(type, request)).rejects.toThrow('cannot be reached');
    fake.answer = () => reading({ docker: [container()] }).slice(0, -10);
    await expect(fake.provider.read(type, request)).rejects.toThrow('cut short');
  });

  test('another machine in its place: it is gone', async () => {
    const { fake, result, declared } = await created();
    fake.answer = () => {
      throw new HostError('replaced', 'this is another machine: its id is b, expected a');
    };
    const request = { ...operation(), id: result.id, inputs: declared, properties: result.properties };
    expect((await fake.provider.read(type, request)).id).toBe('');
  });

  test('one round trip however many are read, and another one after a change', async () => {
    const { fake, result, declared } = await created();
    fake.answer = () => reading({ docker: [container()] });
    const request = { ...operation(), id: result.id, inputs: declared, properties: result.properties };
    const read = () => fake.provider.read(type, request);
    fake.scripts.length = 0;
    await Promise.all(Array.from({ length: 20 }, read));
    await read();
    expect(fake.scripts).toHaveLength(1);
    expectGolden('read.sh', readable(fake.scripts[0] ?? ''));
    await fake.provider.delete(type, {
      ...operation(),
      id: 'web-7654321',
      oldInputs: declared,
      properties: {},
    });
    await read();
    expect(fake.scripts.filter((script) => script.includes('read_stack'))).toHaveLength(2);
    expect(fake.connections).toHaveLength(1);
  });

  test('a read that failed is tried again', async () => {
    const { fake, result, declared } = await created();
    const request = { ...operation(), id: result.id, inputs: declared, properties: result.properties };
    fake.answer = () => {
      throw new HostError('unreachable', 'host cannot be reached');
    };
    await expect(fake.provider.read(type, request)).rejects.toThrow();
    fake.answer = () => reading({ docker: [container()] });
    expect((await fake.provider.read(type, request)).id).toBe('web-1234567');
  });
});

describe('delete', () => {
  const request = () => ({ ...operation(), id: 'web-1234567', oldInputs: props(), properties: {} });

  test('what a host is told', async () => {
    const fake = new FakeHost();
    await fake.provider.delete(type, request());
    expectGolden('instance-delete.sh', fake.scripts.map(readable).join(''));
  });

  test('on a machine that stands in the place of the old one, nothing is done', async () => {
    const fake = new FakeHost(answering({ docker: [container()] }));
    const replaced = { ...host, machineId: 'f'.repeat(32), hostKey: 'ssh-ed25519 CCCC' };
    await fake.provider.create(type, { ...operation(), inputs: props({ host: replaced }) });
    fake.scripts.length = 0;
    await fake.provider.delete(type, request());
    expect(fake.scripts).toEqual([]);
  });

  test('nor where the machine itself says that it is another', async () => {
    const fake = new FakeHost(() => {
      throw new HostError('replaced', 'this is another machine: its id is b, expected a');
    });
    await fake.provider.delete(type, request());
    expect(fake.scripts).toHaveLength(1);
  });

  test('a host that cannot be reached is an error', async () => {
    const fake = new FakeHost(() => {
      throw new HostError('unreachable', 'host cannot be reached');
    });
    await expect(fake.provider.delete(type, request())).rejects.toThrow('cannot be reached');
  });
});

test('a rotated host key of the same machine is the one that is expected from then on', async () => {
  const { fake, declared } = await created({ host: { ...host, hostKey: 'ssh-ed25519 NEW' } });
  await fake.provider.delete(type, {
    ...operation(),
    id: 'web-1',
    oldInputs: { ...declared, ...props() },
    properties: {},
  });
  expect(fake.connections.map(({ hostKey }) => hostKey)).toEqual(['ssh-ed25519 NEW']);
});

test('a type that is none of its own', () => {
  const request = { ...operation(), olds: undefined, news: {}, randomSeed: seed(0) };
  expect(() => new FakeHost().provider.check('containerhost:index:Nothing', request)).toThrow(
    /"containerhost:index:Nothing" is no resource.*Instance/,
  );
});
