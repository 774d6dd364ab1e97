import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { containerOf, parseReading, strangersOf } from '../../provider/reading.ts';
import { container, reading } from './fakeHost.ts';
import { host } from './fixture.ts';

const whole = {
  records: [
    'web slot web-1',
    'web parked web-0',
    'web instance web-0',
    'web instance web-1',
    'web port web-1 8000 20000',
    'web port web-1 9000 20001',
    'worker slot ',
    'worker parked ',
    'web address 198.19.0.1',
    'fresh address 198.19.0.2',
  ],
  files: { '/var/lib/x/compose file.yaml': 'a'.repeat(64) },
  secrets: { 'web-1-token': 'd1' },
  proxy: { 'test.web.8000': ['127.0.0.1', 20000] as [string, number] },
  docker: [container()],
  podman: [container({ Name: 'web-7654321' })],
};

/** What a host says where nothing is asked for. */
const nothingElse = {
  texts: {},
  idle: {},
  engines: {},
  accountUnits: {},
  hostUnits: {},
  unitFiles: [],
  networks: [],
  linger: false,
  subordinateIds: { users: '', groups: '' },
  loopback: new Set(),
  foreignVolumes: {},
};

test('everything that a host says of a stack', () => {
  expect(parseReading(reading(whole))).toEqual({
    ...nothingElse,
    machineId: host.machineId,
    loopback: new Set(['198.19.0.1', '198.19.0.2']),
    volumes: new Set(),
    services: {
      web: {
        slot: 'web-1',
        parked: 'web-0',
        instances: { 'web-0': {}, 'web-1': { 8000: 20000, 9000: 20001 } },
      },
      worker: { slot: '', parked: '', instances: {} },
      fresh: { slot: '', parked: '', instances: {} },
    },
    files: whole.files,
    secrets: whole.secrets,
    proxy: { 'test.web.8000': '127.0.0.1:20000' },
    proxyRuns: true,
    probes: {},
    images: { docker: new Set(), podman: new Set() },
    addresses: { web: '198.19.0.1', fresh: '198.19.0.2' },
    containers: { docker: whole.docker, podman: whole.podman },
  });
});

test('a host with nothing on it', () => {
  expect(parseReading(reading({ proxy: undefined }))).toMatchObject({
    services: {},
    files: {},
    proxyRuns: false,
    containers: { docker: [], podman: [] },
  });
});

describe('an answer that was cut short is an error, wherever it was cut', () => {
  const text = reading(whole);
  test.each(['machine', 'records', 'files', 'secrets', 'proxy', 'docker', 'podman', 'end'])(
    'before %s',
    (name) => {
      expect(() => parseReading(text.slice(0, text.indexOf(`=== ${name}`)))).toThrow('cut short');
    },
  );

  test('anywhere', () => {
    fc.assert(
      fc.property(fc.nat(text.length - '=== end\n'.length), (length) => {
        expect(() => parseReading(text.slice(0, length))).toThrow();
      }),
      { numRuns: 300 },
    );
  });
});

test('no text of a container can be taken for a section or a record', () => {
  const text = fc.string({
    unit: fc.constantFrom('=', ' ', '\n', 'e', 'n', 'd', '"', '\\', '[', '\u2028', '=== podman\n'),
  });
  fc.assert(
    fc.property(fc.array(text), text, (env, label) => {
      const docker = [container({}, { Env: env, Labels: { [label]: label } })];
      expect(parseReading(reading({ ...whole, docker })).containers.docker).toEqual(docker);
    }),
    { numRuns: 200 },
  );
});

test('a container is an instance by label and name: a name can be taken by anybody, and a label copied', () => {
  const of = (...docker: ReturnType<typeof container>[]) =>
    containerOf(parseReading(reading({ docker })), 'docker', 'web-1234567');
  expect(of(container())).toBeDefined();
  expect(of(container({}, { Labels: {} }))).toBeUndefined();
  expect(of(container({ Name: '/renamed' }))).toEqual(container({ Name: '/renamed' }));
  expect(of(container({ Name: '/copy' }), container())).toEqual(container());
});

test('who looks like a service and is none of its instances', () => {
  const labels = (stack: string, service: string) => ({
    Labels: { 'containerhost.stack': stack, 'containerhost.service': service },
  });
  const strangers = (...docker: ReturnType<typeof container>[]) =>
    strangersOf(parseReading(reading({ records: ['web instance web-1'], docker })), 'test', 'web').map(
      ({ name }) => name,
    );
  expect(strangers(container({ Name: '/web-1' }, labels('test', 'web')))).toEqual([]);
  expect(strangers(container({ Name: '/web-2' }, labels('test', 'web')))).toEqual(['web-2']);
  expect(strangers(container({ Name: '/web_1' }, { Labels: null }))).toEqual(['web_1']);
  expect(strangers(container({ Name: '/web-admin-1' }, labels('test', 'web-admin')))).toEqual([]);
  expect(strangers(container({ Name: '/web-1' }, labels('other', 'web')))).toEqual([]);
  expect(strangers(container({ Name: '/database' }, { Labels: {} }))).toEqual([]);
});
