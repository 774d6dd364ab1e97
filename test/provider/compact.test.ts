import { describe, expect, test } from '@jest/globals';
import { compactInputs, compactly, expandInputs } from '../../provider/compact.ts';
import type { CheckRequest, DiffRequest } from '../../provider/rpc/resourceProvider.ts';
import { type Props, Secret, Unknown } from '../../provider/rpc/value.ts';
import { leftOut } from '../../spec/compact.ts';
import { holdLimits } from '../../spec/hold.ts';
import { container, FakeHost, operation, reading } from './fakeHost.ts';
import { host, inputs, spec } from './fixture.ts';

const instance = 'containerhost:index:Instance';
const bare = { name: 'web', image: 'example/web:1', ...leftOut };
const whole = { ...inputs({ spec: bare }), state: 'running' } as unknown as Props;
const identity = JSON.stringify({ machineId: host.machineId, account: host.account });
const way = JSON.stringify({ ...host.connection, hostKey: host.hostKey });
const compact = {
  host: identity,
  connection: way,
  stack: 'test',
  runtime: 'docker',
  name: 'web-1234567',
  spec: { name: 'web', image: 'example/web:1' },
};

describe('inputs as they travel', () => {
  test('have a host as two texts, and nothing that goes without saying', () => {
    expect(compactInputs(whole)).toEqual(compact);
    expect(expandInputs(compact)).toEqual(whole);
    expect(expandInputs(whole)).toEqual(whole);
  });

  test('say which secrets there are, and a state that was found', () => {
    const more = { ...whole, secrets: new Secret({ token: 'planted' }), state: 'exited' };
    expect(compactInputs(more)).toEqual({ ...compact, secrets: more.secrets, state: 'exited' });
    expect(compactInputs({ ...whole, secrets: new Secret({}) })).toEqual(compact);
    expect(compactInputs(whole, { state: 'exited' })).toEqual({ ...compact, state: 'running' });
  });

  test('keep a spec that is a secret', () => {
    const secret = { ...whole, spec: new Secret(bare as unknown as Props) };
    expect(compactInputs(secret).spec).toEqual(new Secret(compact.spec));
    expect(expandInputs(compactInputs(secret)).spec).toEqual(secret.spec);
  });

  test.each<[string, Partial<typeof host>, Props]>([
    ['machine', { machineId: Unknown as never }, { host: Unknown, connection: way }],
    ['host key', { hostKey: Unknown as never }, { host: identity, connection: Unknown }],
    ['connection', { connection: Unknown as never }, { host: identity, connection: Unknown }],
  ])('do not make all of a host unknown with its %s', (_, changes, expected) => {
    const partly = { host: { ...host, ...changes } } as unknown as Props;
    expect(compactInputs(partly)).toEqual(expected);
    const { host: found } = expandInputs(expected) as { host: Props };
    expect(found.machineId).toBe(changes.machineId ?? host.machineId);
    expect(found.connection).toEqual(expected.connection === Unknown ? Unknown : host.connection);
  });

  test('keep a connection that is a secret', () => {
    const sealed = { ...compact, connection: new Secret(way) };
    expect(expandInputs(sealed).host).toMatchObject({ connection: new Secret(host.connection as never) });
    expect(compactInputs(expandInputs(sealed))).toEqual(sealed);
  });

  test('have of a service behind the proxy what is its own', () => {
    const services = { web: { ports: [], hold: { ...holdLimits, ms: 5000 } } };
    expect(compactInputs({ services })).toEqual({ services: { web: { hold: { ms: 5000 } } } });
    expect(expandInputs(compactInputs({ services }))).toEqual({ services });
    // what was found of one that is not as it was
    expect(compactInputs({ services: { web: 'changed on the host' } })).toEqual({
      services: { web: 'changed on the host' },
    });
  });
});

describe('the provider', () => {
  const provider = compactly(new FakeHost(() => reading({ docker: [container()] })).provider);
  const check = async (news: Props, olds?: Props) => {
    const request: CheckRequest = { ...operation(), olds, news, randomSeed: new Uint8Array(32) };
    return (await provider.check(instance, request)).inputs;
  };
  const diff = (oldInputs: Props, news: Props) =>
    provider.diff(instance, {
      ...operation(),
      id: 'web-1234567',
      oldInputs,
      olds: {},
      news,
      ignoreChanges: [],
    } satisfies DiffRequest);

  test('finds no difference between a state that says everything and inputs that do not', async () => {
    const { changes, detailedDiff } = await diff(whole, await check(compact, whole));
    expect({ changes, detailedDiff }).toEqual({ changes: false, detailedDiff: {} });
  });

  test('shows a difference of a host at the text that it is', async () => {
    const other = { ...compact, host: identity.replace(/0123/, 'ffff') };
    const { replaces, detailedDiff } = await diff(compact, other);
    expect(replaces).toEqual(['host']);
    expect(detailedDiff).toEqual({ host: { kind: 'UPDATE_REPLACE', inputDiff: true } });
  });

  test('adds what is said for the first time, and shows both values of what was found', async () => {
    const writable = { ...compact, spec: { ...compact.spec, readOnly: false } };
    expect((await diff(compact, writable)).detailedDiff).toEqual({
      'spec.readOnly': { kind: 'ADD_REPLACE', inputDiff: true },
    });
    const back = await check(compact, writable);
    expect(back.spec).toEqual({ ...compact.spec, readOnly: true });
    // as its replacement is checked
    expect(await check(compact)).toMatchObject({ spec: { readOnly: true } });
    expect((await diff(writable, back)).detailedDiff).toEqual({
      'spec.readOnly': { kind: 'UPDATE_REPLACE', inputDiff: true },
    });
    expect(await check(compact, back)).toEqual(compact);
  });

  test('reads what differs into compact inputs', async () => {
    const fake = new FakeHost((script) =>
      script.includes('reserve_instance') ? 'port 8000 20007\n' : reading({ docker: [container()] }),
    );
    const declared = compactInputs({ ...inputs({ spec: spec() }), state: 'running' } as unknown as Props);
    const made = await compactly(fake.provider).create(instance, { ...operation(), inputs: declared });
    const stopped = container();
    (stopped.State as { Status: string }).Status = 'exited';
    fake.answer = () => reading({ docker: [stopped] });
    const found = await compactly(fake.provider).read(instance, {
      ...operation(),
      id: 'web-1234567',
      inputs: declared,
      properties: made.properties,
    });
    expect(found.inputs).toMatchObject({ host: identity, connection: way, state: 'exited' });
    expect(found.inputs.spec).not.toHaveProperty('entrypoint');
  });
});
