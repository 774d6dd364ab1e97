import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { languages } from '../../config/docs.ts';
import { checkPage } from '../../system/check.ts';
import { type Environment, environment, rehearsed, type Service } from '../../system/environment.ts';
import { section } from '../../system/section.ts';
import { words } from '../../system/words.ts';
import { spec } from '../provider/fixture.ts';

const project = join(import.meta.dirname, '../..');

function service(changes: Partial<Service> = {}): Service {
  return { name: 'web', image: 'web:1', published: [], ports: [8000], url: undefined, data: [], ...changes };
}

const environments: Environment[] = [
  {
    stack: 'prod',
    where: { kind: 'gcp', machine: 'cortex-prod', project: 'my-project', zone: 'europe-west1-b' },
    runtime: 'docker',
    others: { web: 'podman' },
    services: [
      service({
        published: ['127.0.0.1:5001'],
        url: 'https://web.example.com',
        data: [{ name: 'state', directory: '/srv/containerhost/prod/volumes/state/data', writes: true }],
      }),
      service({ name: 'job', ports: [] }),
    ],
  },
  {
    stack: 'desk',
    where: { kind: 'ssh', address: '203.0.113.7', user: 'deploy' },
    runtime: 'podman',
    others: {},
    services: [
      service({
        image: 'web:2',
        data: [{ name: 'state', directory: '/srv/containerhost/desk/volumes/state/data', writes: true }],
      }),
      service({
        name: 'reader',
        ports: [],
        data: [{ name: 'state', directory: '/srv/containerhost/desk/volumes/state/data', writes: false }],
      }),
    ],
  },
  rehearsed('dev', 'podman', { web: 'docker' }),
];

describe.each(languages)('in %s', (language) => {
  test('the section is what it was', () => {
    const golden = join(import.meta.dirname, 'golden', `section.${language}.md`);
    const text = `${section(environments, language)}\n`;
    if (process.env.UPDATE_GOLDEN) writeFileSync(golden, text);
    expect(text).toBe(readFileSync(golden, 'utf8'));
  });

  test('a stack without data has a section too', () => {
    const [{ services, ...bare }] = environments as [Environment];
    const none = { ...bare, services: services.map((each) => ({ ...each, data: [] })) };
    expect(section([none], language)).toContain(`## ${words[language].data}\n\n${words[language].none}`);
  });
});

test('no word of one language is left in the other', () => {
  const hangul = /\p{Script=Hangul}/u;
  expect(section(environments, 'ko')).toMatch(hangul);
  expect(section(environments, 'en')).not.toMatch(hangul);
  for (const [key, text] of Object.entries(words.ko))
    expect({ key, text: typeof text === 'function' ? text('a' as never, 'b' as never, 'c') : text }).toEqual({
      key,
      text: expect.stringMatching(hangul),
    });
});

test('a declared stack', () => {
  const config = {
    stack: 'prod',
    runtime: 'docker' as const,
    runtimes: { web: 'docker' as const, db: 'podman' as const },
    host: { kind: 'ssh' as const, address: 'a', user: 'u', port: 22, hostKey: 'k', account: 'cortex' },
    tunnel: { accountId: '', zoneId: '', hostnames: { web: { hostname: 'web.example.com' } } },
  };
  const mounts = [
    { kind: 'volume' as const, volume: 'state', target: '/state', readOnly: false },
    { kind: 'project' as const, source: 'conf', target: '/conf', readOnly: true, digest: '' },
    { kind: 'tmpfs' as const, target: '/tmp', sizeBytes: 0, mode: '1777' },
  ];
  expect(environment(config as never, { services: [spec({ mounts })] })).toEqual({
    stack: 'prod',
    where: { kind: 'ssh', address: 'a', user: 'u' },
    runtime: 'docker',
    others: { db: 'podman' },
    services: [
      {
        name: 'web',
        image: 'example/web:1',
        published: ['127.0.0.1:5001'],
        ports: [8000],
        url: 'https://web.example.com',
        data: [
          { name: 'state', directory: '/srv/containerhost/prod/volumes/state/data', writes: true },
          { name: './conf', directory: expect.stringMatching(/projects\/conf-\w+\/data$/), writes: false },
        ],
      },
    ],
  });
});

test("the project's own page says what is declared", () => {
  const { found, expected } = checkPage(project);
  expect(found).toBe(expected);
});
