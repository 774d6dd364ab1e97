import { describe, expect, test } from '@jest/globals';
import { load, problems } from './file.ts';

const file = (services: Record<string, string>, rest = '') =>
  `services:\n${Object.entries(services)
    .map(([name, keys]) => `  ${name}: {image: "a:1", ${keys}}\n`)
    .join('')}${rest}`;
const told = (services: Record<string, string>, rest = '', profiles: string[] = []) =>
  problems(file(services, rest), { profiles, digests: { k: 'd' } }).map(
    ({ path, found, expected }) => `${path} ${found}: ${expected}`,
  );
const health = 'healthcheck: {test: x}';

describe('depends_on', () => {
  test('both forms, sorted', () => {
    const { services } = load(
      file({
        a: 'depends_on: [c, b]',
        b: 'depends_on: {c: {condition: service_healthy}, d: {condition: service_completed_successfully}}',
        c: health,
        d: 'restart: on-failure',
      }),
    );
    expect(services[0]?.dependsOn).toEqual([
      { service: 'b', condition: 'service_started' },
      { service: 'c', condition: 'service_started' },
    ]);
    expect(services[1]?.dependsOn).toEqual([
      { service: 'c', condition: 'service_healthy' },
      { service: 'd', condition: 'service_completed_successfully' },
    ]);
  });

  test.each([
    [{ a: 'depends_on: [gone]', b: '' }, 'services.a.depends_on[0] "gone": a service of this file'],
    [{ a: 'depends_on: [a]' }, 'services.a.depends_on[0] "a": another service'],
    [
      { a: 'depends_on: [b]', b: 'depends_on: [c]', c: 'depends_on: [a]' },
      'services.c.depends_on[0] a → b → c → a: no circle',
    ],
    [
      { a: 'depends_on: {b: {condition: service_healthy}}', b: '' },
      'services.a.depends_on.b "b": a service with a health check',
    ],
    [
      { a: 'depends_on: {b: {condition: service_completed_successfully}}', b: 'restart: always' },
      'services.a.depends_on.b "b": a service that ends',
    ],
    [
      { a: 'depends_on: {b: {condition: service_started, restart: true}}', b: '' },
      'services.a.depends_on.b.restart true: false',
    ],
    [{ a: 'depends_on: [b]', b: 'profiles: [p]' }, 'services.a.depends_on[0] "b": a service that is active'],
  ])('%j is refused', (services, refusal) => {
    expect(told(services)).toEqual([expect.stringContaining(refusal)]);
  });
});

describe('profiles', () => {
  const services = {
    a: 'depends_on: {b: {condition: service_started, required: false}}',
    b: 'profiles: [p, q]',
  };

  test('select services and the dependencies on them; peers are all', () => {
    const off = load(file(services)).services;
    const on = load(file(services), { profiles: ['q'] }).services;
    expect(off.map(({ name, dependsOn, peers }) => [name, dependsOn.length, peers])).toEqual([
      ['a', 0, ['b']],
    ]);
    expect(on.map(({ name, dependsOn, peers }) => [name, dependsOn.length, peers])).toEqual([
      ['a', 1, ['b']],
      ['b', 0, ['a']],
    ]);
  });

  test('one that no service has is refused', () => {
    expect(told(services, '', ['edit'])).toEqual([
      'services "edit" in cortex:profiles: a profile of this file: p, q',
    ]);
  });
});

describe('ports of the host', () => {
  test.each([
    ['ports: ["127.0.0.1:80:80"]', 'ports: ["127.0.0.1:80:8080"]'],
    ['ports: ["80:80"]', 'ports: ["127.0.0.1:80:80"]'],
  ])('%s and %s clash', (a, b) => {
    expect(told({ a, b })).toEqual([expect.stringContaining('a port of the host that a does not publish')]);
  });

  test.each([
    ['ports: ["127.0.0.1:80:80"]', 'ports: ["127.0.0.2:80:80"]'],
    ['ports: ["80:80"]', 'ports: ["81:80"]'],
    ['expose: [80]', 'expose: [80]'],
    ['ports: ["80:80"]', 'ports: ["80:80"], profiles: [p]'],
  ])('%s and %s do not', (a, b) => {
    expect(told({ a, b })).toEqual([]);
  });
});

describe('files that services share', () => {
  const rest = 'volumes: {v: }';
  test.each([
    [
      'volumes: ["v:/v"], user: "1000:1000"',
      'volumes: ["v:/x"]',
      'the user of a (1000:1000), which writes the volume v',
    ],
    ['volumes: ["./k:/v"]', 'volumes: ["./k:/x"], user: "5:5"', 'the user of a (root), which writes k'],
  ])('%s and %s are refused', (a, b, expected) => {
    expect(told({ a, b }, rest)).toEqual([expect.stringContaining(`services.b.user`)]);
    expect(told({ a, b }, rest)[0]).toContain(expected);
  });

  test('a service whose profile is off is warned of: the owner stays what it is until it is on', () => {
    const services = { a: 'volumes: ["v:/v"], user: "1:1"', b: 'volumes: ["v:/x"], profiles: [p]' };
    expect(load(file(services, rest)).warnings).toMatchObject([
      {
        severity: 'warning',
        path: 'services.b.user',
        expected: expect.stringContaining('the user of a (1:1)'),
      },
    ]);
    expect(problems(file(services, rest), { profiles: ['p'] })).toMatchObject([{ path: 'services.b.user' }]);
  });

  test.each([
    ['volumes: ["v:/v"], user: "1000:1000"', 'volumes: ["v:/x"], user: "1000:1000"'],
    ['volumes: ["v:/v"]', 'volumes: ["v:/x"], user: "0:0"'],
    ['volumes: ["v:/v"]', 'volumes: ["v:/x:ro"], user: "5:5"'],
  ])('%s and %s are fine', (a, b) => {
    expect(told({ a, b }, rest)).toEqual([]);
  });
});

test.each([
  ['include: [x.yaml]', 'include ["x.yaml"]: no `include`'],
  ['networks: {n: {external: true}}', 'networks.n.external true: no `external`'],
  ['networks: {n: {driver: overlay}}', 'networks.n.driver "overlay": bridge'],
  ['networks: {N: }', 'networks.N "N": a name'],
])('%s is refused', (rest, refusal) => {
  expect(told({ a: '' }, rest)).toEqual([expect.stringContaining(refusal)]);
});

test('`name` and `version` are warnings', () => {
  const { services, warnings } = load(
    file({ a: '' }, 'name: cortex\nversion: "3.8"\nx-mine: {anything: [goes]}'),
  );
  expect(services).toHaveLength(1);
  expect(warnings).toMatchObject([
    { severity: 'warning', path: 'version', line: 4 },
    { severity: 'warning', path: 'name', line: 3 },
  ]);
});

test('a service whose name begins with x- is a service', () => {
  expect(load(file({ 'x-a': 'x-note: mine' })).services.map(({ name }) => name)).toEqual(['x-a']);
});
