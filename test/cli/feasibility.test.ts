import { expect, test } from '@jest/globals';
import { HostError } from '../../provider/ssh/problem.ts';
import type { ServiceSpec } from '../../spec/service.ts';
import type { Declared } from '../../system/declared.ts';
import { type Answer, probe } from '../provider/fakeHost.ts';
import { spec } from '../provider/fixture.ts';
import { cortex, fakeStack } from './context.ts';

const services: ServiceSpec[] = [spec(), spec({ name: 'clock', ports: [], capAdd: ['SYS_TIME'] })];

async function feasibility(
  argv: string[],
  { lines = [], answer = () => '' }: { lines?: string[]; answer?: Answer } = {},
) {
  const declared = (): Declared => ({ config: {} as Declared['config'], services, runtimes: {} });
  const { stack, fake } = fakeStack(answer, { declared });
  fake.probe = probe('serving web web-1234567 docker', ...lines);
  const ran = await cortex(['feasibility', ...argv], { openStack: async () => stack });
  return { ...ran, fake };
}

test('what stands against a move, and that it can be made', async () => {
  const { code, out, fake } = await feasibility(['--to', 'podman']);
  expect(out).toBe(`web (docker to podman): nothing against it
clock (not running to podman)
  differs  services.clock.cap_add: SYS_TIME would count in the container's own
           user namespace only. If the service needs the host's, keep it on
           docker (cortex:services.clock.runtime)

test can move to podman.
`);
  expect(code).toBe(0);
  expect(fake.probes).toBe(1);
  // the units, as the host's own tools read them
  expect(fake.scripts).toHaveLength(2);
});

test('what is refused, by the host and by its tools', async () => {
  const { code, out } = await feasibility(['--to', 'podman', 'web'], {
    lines: ['listener 0.0.0.0:5001 python3'],
    answer: () => {
      throw new HostError('failed', 'web would not start on podman: no such key');
    },
  });
  expect(out).toContain('  refused  services.web.ports: python3 listens on 0.0.0.0:5001');
  expect(out).toContain('  refused  services.web: web would not start on podman: no such key.');
  expect(out).toContain('test cannot move to podman as it is. Against it: web.');
  expect(out).not.toContain('clock');
  expect(code).toBe(3);
  for (const line of out.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
});

test('for programs', async () => {
  const { out } = await feasibility(['--to', 'docker', '--json']);
  expect(JSON.parse(out)).toEqual({
    stack: 'test',
    to: 'docker',
    host: [],
    services: [
      { service: 'web', from: 'docker', findings: [] },
      { service: 'clock', findings: [] },
    ],
  });
});

test('a service that is not declared, and a runtime that is none', async () => {
  expect(await feasibility(['--to', 'podman', 'wbe'])).toMatchObject({
    code: 2,
    err: expect.stringContaining("no service 'wbe' is declared; there are web, clock"),
  });
  expect((await feasibility(['--to', 'rkt'])).code).toBe(2);
});

test('a host that does not answer is no verdict', async () => {
  const unreachable = () => {
    throw new HostError('unreachable', 'cannot be reached');
  };
  expect(await feasibility(['--to', 'podman'], { answer: unreachable })).toMatchObject({ code: 1, out: '' });
});
