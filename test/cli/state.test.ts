import { describe, expect, test } from '@jest/globals';
import { parseState } from '../../cli/state.ts';
import { host, inputs, spec } from '../provider/fixture.ts';

const encrypted = {
  '4dabf18193072939515e22adb298388d': '1b47061264138c4ac30d75fd1eb44270',
  ciphertext: 'v1:x',
};

function state(...resources: object[]): string {
  return JSON.stringify({ version: 3, deployment: { resources } });
}

function instance(changes: object = {}, more: object = {}) {
  const given = { ...inputs(), secrets: encrypted, ...changes };
  return { type: 'containerhost:index:Instance', id: 'web-1234567', inputs: given, outputs: given, ...more };
}

describe("Pulumi's state", () => {
  test('of a stack that has nothing', () => {
    expect(parseState('{"version":3,"deployment":{}}')).toEqual({ services: {}, hosts: [] });
    expect(parseState(state())).toEqual({ services: {}, hosts: [] });
  });

  test('names services, instances and the host', () => {
    expect(parseState(state({ type: 'pulumi:pulumi:Stack' }, instance()))).toEqual({
      services: { web: { runtime: 'docker', instance: 'web-1234567', host, spec: spec() } },
      hosts: [host],
    });
  });

  test('has what an instance was found to be when it was made', () => {
    const baseline = { observed: { image: 'example/web:1' }, files: {}, secrets: {} };
    const found = (kept: unknown) => {
      const { services } = parseState(state(instance({}, { outputs: { baseline: kept } })));
      return services.web?.baseline;
    };
    expect(found(JSON.stringify(baseline))).toEqual(baseline);
    // as states had it before
    expect(found(baseline)).toEqual(baseline);
    expect(() => found(1)).toThrow('cortex adopt can');
  });

  test('of a first up that failed early still has the host', () => {
    const proxy = { type: 'containerhost:index:Proxy', inputs: { host, stack: 'test', services: {} } };
    expect(parseState(state(proxy))).toEqual({ services: {}, hosts: [host] });
  });

  test('what waits to be deleted is none of it', () => {
    const old = instance({ name: 'web-0000000', runtime: 'podman' }, { delete: true });
    expect(parseState(state(old, instance())).services.web).toMatchObject({ instance: 'web-1234567' });
    expect(parseState(state(instance(), old)).services.web).toMatchObject({ instance: 'web-1234567' });
  });

  test('what a refresh found on the host is not what was applied', () => {
    const drifted = instance(
      { spec: spec({ image: 'example/web:9' }) },
      { outputs: { declared: { spec: spec() } } },
    );
    expect(parseState(state(drifted)).services.web?.spec?.image).toBe('example/web:1');
  });

  test('a spec that is encrypted stays so; the service is known by its instance', () => {
    const found = parseState(state(instance({ spec: encrypted }))).services;
    expect(found).toEqual({ web: expect.objectContaining({ instance: 'web-1234567', spec: undefined }) });
  });
});
