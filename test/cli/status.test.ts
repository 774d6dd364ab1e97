import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import type { State } from '../../cli/state.ts';
import type { StackStatus } from '../../cli/status/status.ts';
import { duration, memory, statusText } from '../../cli/status/text.ts';
import { observe } from '../../provider/observed.ts';
import { HostError } from '../../provider/ssh/problem.ts';
import type { ServiceSpec } from '../../spec/service.ts';
import type { Declared } from '../../system/declared.ts';
import { container, reading, type Sections } from '../provider/fakeHost.ts';
import { host, spec } from '../provider/fixture.ts';
import { cortex, fakeStack } from './context.ts';

const now = Date.parse('2026-11-21T12:00:00Z') / 1000;
const id = 'a'.repeat(64);

/** A container that runs well, of one of the services below. */
function running(name: string, changes: Record<string, unknown> = {}, state: Record<string, unknown> = {}) {
  const service = name.replace(/-[0-9a-f]{7}$/, '');
  const labels = {
    'containerhost.stack': 'test',
    'containerhost.service': service,
    'containerhost.instance': name,
  };
  return container(
    {
      Id: id,
      Name: `/${name}`,
      RestartCount: 2,
      State: {
        Status: 'running',
        StartedAt: '2026-11-21T11:00:00Z',
        ExitCode: 0,
        Health: { Status: 'healthy' },
        ...state,
      },
      ...changes,
    },
    { Labels: labels },
  );
}

interface Figures {
  memory?: string[];
  units?: string[];
}

function figures({ memory = [], units = [] }: Figures): string {
  const lines = (all: string[]) => all.map((line) => `${line}\n`).join('');
  return `=== now\n${now}\n=== memory\n${lines(memory)}=== units\n${lines(units)}`;
}

function declared(runtimes: Declared['runtimes'], ...services: ServiceSpec[]): Declared {
  return { config: {} as Declared['config'], services, runtimes };
}

function applied(...services: [ServiceSpec, 'docker' | 'podman', string][]): State {
  const entries = services.map(([one, runtime, instance]) => [
    one.name,
    { runtime, instance, host, spec: one },
  ]);
  return { services: Object.fromEntries(entries), hosts: [host] };
}

const web = spec();
const well = {
  declared: declared({ web: 'docker' }, web),
  state: applied([web, 'docker', 'web-1234567']),
  sections: {
    records: [
      'web slot web-1234567',
      'web parked ',
      'web instance web-1234567',
      'web port web-1234567 8000 20000',
      'web address 198.19.0.1',
    ],
    docker: [running('web-1234567')],
  } satisfies Sections,
  figures: { memory: [`${id} 47185920`] },
};

async function status(
  changes: { declared?: Declared | Error; state?: State; sections?: Sections; figures?: Figures } = {},
) {
  const found = { ...well, ...changes };
  const answer = reading({ ...well.sections, ...found.sections }) + figures(found.figures);
  const { stack, fake } = fakeStack(() => answer, {
    state: found.state,
    declared: () => {
      if (found.declared instanceof Error) throw found.declared;
      return found.declared;
    },
  });
  const openStack = async () => stack;
  const ran = await cortex(['status', '--json'], { openStack });
  const text = await cortex(['status'], { openStack });
  return { ...ran, text: text.out, status: JSON.parse(ran.out) as StackStatus, scripts: fake.scripts };
}

test('a service that is as it was declared', async () => {
  const { code, status: found, scripts } = await status();
  expect(found).toEqual({
    stack: 'test',
    services: [
      {
        service: 'web',
        declared: { runtime: 'docker', image: 'example/web:1' },
        applied: { runtime: 'docker', image: 'example/web:1', instance: 'web-1234567' },
        live: {
          runtime: 'docker',
          instance: 'web-1234567',
          image: 'example/web:1',
          state: 'running',
          health: 'healthy',
          uptimeSeconds: 3600,
          restarts: 2,
          memoryBytes: 47185920,
        },
        addresses: ['198.19.0.1:8000', '127.0.0.1:5001'],
        changes: [],
        remarks: [],
      },
    ],
    strangers: [],
    remarks: [],
  });
  expect(code).toBe(0);
  // one for --json, one for the text
  expect(scripts).toHaveLength(2);
});

describe('what differs on the host says whose change it is', () => {
  const made = running('web-1234567');
  const baseline = {
    observed: observe('docker', made, web),
    files: {},
    secrets: {},
    made: { id, engine: '26.1' },
  };
  const state: State = {
    services: { web: { runtime: 'docker', instance: 'web-1234567', host, spec: web, baseline } },
    hosts: [host],
  };
  const other = running('web-1234567', {
    HostConfig: { Memory: 0, NanoCpus: 0, RestartPolicy: { Name: 'no' }, CapAdd: ['CAP_NEW'] },
  });
  const changes = (engine: string) =>
    status({ state, sections: { docker: [other], host: [`package docker.io ${engine}`] } });

  test('somebody: it is to be mended, and ends with 7', async () => {
    const { code, status: found } = await changes('26.1');
    expect(found.services[0]?.changes).toEqual([
      { property: 'spec.capAdd', applied: [], live: ['CAP_NEW'], whose: 'host' },
      { property: 'spec.restart', applied: 'always', live: 'no', whose: 'host' },
    ]);
    expect(found.services[0]?.remarks).toContain(
      'spec.restart: "always" → "no" (someone changed it on the host): pulumi up puts it right',
    );
    expect(code).toBe(7);
  });

  test('another version of the engine: it is told, and nothing is to be done', async () => {
    const { status: found } = await changes('28.0');
    expect(found.services[0]?.changes[0]).toMatchObject({ property: 'spec.capAdd', whose: 'runtime' });
    expect(found.services[0]?.remarks).toEqual([expect.stringContaining('spec.restart')]);
  });
});

describe('what is not as it should be is said, with what to do, and ends with 7', () => {
  const podman = running('web-1234567', {}, { Health: { Status: '' } });
  test.each<[string, Parameters<typeof status>[0], object, string]>([
    [
      'a flag that was changed',
      { declared: declared({ web: 'podman' }, web) },
      { declared: { runtime: 'podman' }, applied: { runtime: 'docker' }, live: { runtime: 'docker' } },
      'declared otherwise than applied: runtime. pulumi up changes it',
    ],
    [
      'an edited compose file',
      { declared: declared({ web: 'docker' }, spec({ image: 'example/web:2', command: null })) },
      { declared: { image: 'example/web:2' }, applied: { image: 'example/web:1' } },
      'declared otherwise than applied: image, command. pulumi up changes it',
    ],
    [
      'a service that is new',
      { declared: declared({ web: 'docker', new: 'docker' }, web, spec({ name: 'new' })) },
      { service: 'new', applied: null, live: null },
      'declared, and never applied: pulumi up makes it',
    ],
    [
      'a service that was taken out',
      { declared: declared({}) },
      { declared: null, live: { state: 'running' } },
      'applied, and not declared any more: pulumi up removes it',
    ],
    [
      'a container that is gone',
      { sections: { docker: [] } },
      { live: null },
      'not on the host: pulumi up makes it anew',
    ],
    [
      'a container that was stopped',
      { sections: { docker: [running('web-1234567', {}, { Status: 'exited', ExitCode: 137 })] } },
      { live: { state: 'exited', uptimeSeconds: null, health: null, memoryBytes: null } },
      'exited: cortex logs web, then pulumi up',
    ],
    [
      'one that is unhealthy',
      { sections: { docker: [running('web-1234567', {}, { Health: { Status: 'unhealthy' } })] } },
      { live: { health: 'unhealthy' } },
      'unhealthy: cortex logs web',
    ],
    [
      'another instance that serves',
      {
        sections: {
          records: ['web slot web-7654321', 'web parked ', 'web instance web-7654321'],
          docker: [running('web-7654321')],
        },
      },
      { live: { instance: 'web-7654321' } },
      'web-7654321 serves, not web-1234567: pulumi up',
    ],
    [
      'one that is parked',
      { sections: { records: [...well.sections.records, 'web parked web-0000000'] } },
      {},
      'web-0000000 is parked: an update is under way, or was cut off',
    ],
    [
      'one that the state does not know',
      { state: { services: {}, hosts: [host] }, declared: declared({}) },
      { applied: null },
      'on the host, and unknown to the state: an up that was killed? pulumi up clears it',
    ],
    [
      'a unit that starts again and again',
      {
        declared: declared({ web: 'podman' }, web),
        state: applied([web, 'podman', 'web-1234567']),
        sections: { docker: [] },
        figures: { units: ['web-1234567.service 41 activating auto-restart'] },
      },
      { live: { runtime: 'podman', state: 'restarting', restarts: 41 } },
      'restarting: cortex logs web, then pulumi up',
    ],
  ])('%s', async (_, changes, expected, remark) => {
    const { code, status: found } = await status(changes);
    const service = found.services.find(({ remarks }) => remarks.length > 0);
    expect(service).toMatchObject(expected);
    expect(service?.remarks).toContain(remark);
    expect(code).toBe(7);
  });

  test('under Podman, whose health is empty without a check and whose restarts the unit counts', async () => {
    const { status: found, code } = await status({
      declared: declared({ web: 'podman' }, web),
      state: applied([web, 'podman', 'web-1234567']),
      sections: { docker: [], podman: [podman] },
      figures: { units: ['web-1234567.service 3 active running'] },
    });
    expect(found.services[0]?.live).toMatchObject({ runtime: 'podman', health: null, restarts: 3 });
    expect(code).toBe(0);
  });

  test('a job that ended well has ended, and that is well', async () => {
    const job = spec({ restart: 'no' });
    const { status: found, code } = await status({
      declared: declared({ web: 'docker' }, job),
      state: applied([job, 'docker', 'web-1234567']),
      sections: { docker: [running('web-1234567', {}, { Status: 'exited' })] },
    });
    expect(found.services[0]?.live?.state).toBe('ended');
    expect(code).toBe(0);
  });

  test('a proxy that is down', async () => {
    const { status: found, code } = await status({ sections: { proxy: undefined } });
    expect(found.remarks).toEqual([expect.stringContaining('the proxy is down')]);
    expect(code).toBe(7);
  });

  test('a stranger is named and is no drift: it is nobody here who declares it', async () => {
    const { status: found, code } = await status({
      sections: { docker: [running('web-1234567'), container({ Name: '/web' }, { Labels: {} })] },
    });
    expect(found.strangers).toEqual([{ runtime: 'docker', name: 'web' }]);
    expect(code).toBe(0);
  });
});

test('what is supplied by the tunnel is no difference', async () => {
  const config = { config: 'rules', target: '/rules', content: '' };
  const { code } = await status({
    declared: declared({ web: 'docker' }, spec({ configs: [config] })),
    state: applied([spec({ configs: [{ ...config, content: 'rules' }] }), 'docker', 'web-1234567']),
  });
  expect(code).toBe(0);
});

test('files that cannot be read do not hide what runs', async () => {
  const { err, status: found } = await status({ declared: new Error('compose.yaml:3: bad') });
  expect(err).toContain('compose.yaml:3: bad');
  expect(found.services[0]).not.toHaveProperty('declared');
  expect(found.services[0]?.live).toMatchObject({ state: 'running' });
});

test('a host that does not answer is an error with the way on, and nothing is gone', async () => {
  const { stack } = fakeStack(() => {
    throw new HostError('unreachable', 'host a cannot be reached: no route. nothing is taken for gone.');
  });
  const { code, out, err } = await cortex(['status'], { openStack: async () => stack });
  expect({ code, out }).toEqual({ code: 1, out: '' });
  expect(err).toContain('nothing is taken for gone');
});

test('a stack that was never deployed has no host to ask', async () => {
  const { stack, fake } = fakeStack(() => '', { state: { services: {}, hosts: [] } });
  const { code, err } = await cortex(['status'], { openStack: async () => stack });
  expect({ code, err }).toEqual({ code: 1, err: expect.stringContaining('pulumi up --stack test') });
  expect(fake.scripts).toEqual([]);
});

describe('as text', () => {
  const service = (name: string, changes: object = {}) => ({
    service: name,
    declared: { runtime: 'podman', image: 'docker.io/97layer/cortex:1.4.2' },
    applied: { runtime: 'docker', image: '97layer/cortex:1.4.2', instance: `${name}-1234567` },
    live: {
      runtime: 'docker',
      instance: `${name}-1234567`,
      image: 'docker.io/97layer/cortex:1.4.2',
      state: 'running',
      health: 'healthy',
      uptimeSeconds: 273_600,
      restarts: 0,
      memoryBytes: 45 * 2 ** 20,
    },
    addresses: ['198.19.0.1:5001', '127.0.0.1:5001'],
    changes: [],
    remarks: [],
    ...changes,
  });
  const all = {
    stack: 'prod',
    services: [
      service('cortex-admin', {
        remarks: ['declared otherwise than applied: runtime. pulumi up changes it'],
      }),
      service('a-service-with-a-name-of-forty-characters', { live: null, addresses: [] }),
      service('cortex-engine', { applied: null, declared: null }),
      service('cortex-tunnel', { declared: undefined }),
    ],
    strangers: [{ runtime: 'docker', name: 'cortex-admin' }],
    remarks: ['the proxy is down: nothing is reached. On the host: systemctl status containerhost-proxy'],
  } as StackStatus;
  const plain = { write: () => {}, terminal: false, columns: 80 };

  test.each([
    ['status.txt', false],
    ['status-wide.txt', true],
  ])('%s', (name, wide) => {
    const golden = join(import.meta.dirname, 'golden', name);
    const text = statusText(all, { wide }, plain);
    if (process.env.UPDATE_GOLDEN) writeFileSync(golden, text);
    expect(text).toBe(readFileSync(golden, 'utf8'));
    if (!wide) expect(text.split('\n').filter((line) => line.length > 80)).toEqual([]);
    expect(text).not.toContain('\u001b');
  });

  test('has colour on a terminal, and says the same', () => {
    const coloured = statusText(all, { wide: false }, { ...plain, terminal: true });
    expect(coloured).toContain('\u001b[');
    // biome-ignore lint/suspicious/noControlCharactersInRegex: that is what is taken out
    expect(coloured.replace(/\u001b\[\d+m/g, '')).toBe(statusText(all, { wide: false }, plain));
  });

  test.each([
    [0, '0s'],
    [59, '59s'],
    [61, '1m 1s'],
    [3600, '1h 0m'],
    [273_600, '3d 4h'],
  ])('%d seconds are %s', (seconds, text) => expect(duration(seconds)).toBe(text));

  test.each([
    [0, '0 MiB'],
    [47_185_920, '45 MiB'],
    [1.5 * 2 ** 30, '1.5 GiB'],
  ])('%d bytes are %s', (bytes, text) => expect(memory(bytes)).toBe(text));
});
