import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { stringify } from 'yaml';
import { loadCompose } from '../../compose/load.ts';
import { projectFiles } from '../../compose/projectFiles.ts';
import { load, problems } from './file.ts';

const root = join(import.meta.dirname, '../..');
const read = (path: string) => readFileSync(join(root, path), 'utf8');
const around = {
  secretNames: ['TELEGRAM_BOT_TOKEN'],
  profiles: ['editor', 'tunnel'],
  supplied: { secrets: ['tunnel-token'], configs: ['tunnel-config'] },
  digests: { knowledge: '0'.repeat(64) },
};

describe('the compose.yaml of this project', () => {
  test('is read as test/compose/golden/compose.json has it', () => {
    expect(load(read('compose.yaml'), around)).toEqual(JSON.parse(read('test/compose/golden/compose.json')));
  });

  test('takes its values from cortex:env', () => {
    const { services } = load(read('compose.yaml'), {
      ...around,
      env: { SESSION_DAYS: '7', LOG_LEVEL: 'debug' },
    });
    const values = services.map(({ name, environment: { SESSION_DAYS, LOG_LEVEL } }) => [
      name,
      SESSION_DAYS,
      LOG_LEVEL,
    ]);
    expect(values).toEqual([
      ['cortex-admin', '7', 'debug'],
      ['cortex-dashboard', undefined, 'debug'],
      ['cortex-engine', undefined, 'debug'],
      ['cortex-editor', undefined, 'debug'],
      ['cortex-tunnel', undefined, undefined],
    ]);
  });

  test('loads from the disk, without what no profile asks for', () => {
    const { services } = loadCompose({
      ...{ file: 'compose.yaml', project: projectFiles(root), env: {} },
      ...{ secretNames: ['TELEGRAM_BOT_TOKEN'], profiles: [], supplied: around.supplied },
    });
    expect(services.map(({ name }) => name)).toEqual(['cortex-admin', 'cortex-dashboard', 'cortex-engine']);
  });
});

test('the file as the team handed it over is refused for these reasons, and no other', () => {
  const found = problems(read('test/compose/team-docker-compose.yml'), {
    ...around,
    secretNames: ['TELEGRAM_BOT_TOKEN', 'TUNNEL_TOKEN'],
    profiles: ['editor'],
  });
  expect(found.map(({ line, path, found }) => `${line} ${path} ${found}`)).toEqual([
    '3 version "3.8"',
    '7 services.cortex-admin.env_file[0] ".env"',
    '7 services.cortex-dashboard.env_file[0] ".env"',
    '7 services.cortex-engine.env_file[0] ".env"',
    '7 services.cortex-editor.env_file[0] ".env"',
    '7 services.cortex-tunnel.env_file[0] ".env"',
    '55 services.cortex-engine.environment.TELEGRAM_BOT_TOKEN "${TELEGRAM_BOT_TOKEN}"',
    '67 services.cortex-editor.user nothing',
    '79 services.cortex-tunnel.image "cloudflare/cloudflared:latest"',
    '82 services.cortex-tunnel.environment.TUNNEL_TOKEN "${TUNNEL_TOKEN}"',
  ]);
});

describe('the error', () => {
  test('names all problems, once for what several services share', () => {
    const text = `x-all: &all {cap_drop: [NETRAW]}
services:
  a: {<<: *all, image: "a:1"}
  b: {<<: *all, image: b}
`;
    expect(() => load(text)).toThrow(`compose.yaml: 3 problems

compose.yaml:1: services.a.cap_drop[0]
  and at    services.b.cap_drop[0]
  found     "NETRAW"
  expected  a Linux capability, as in NET_BIND_SERVICE, or ALL
  fix       see capabilities(7)

compose.yaml:4: services.b.image
  found     "b"
  expected  a tag that stays what it is, or a digest; not the floating tag "latest"
  fix       name the version that runs today: name:1.2.3 or name@sha256:...`);
  });

  test('tells what cannot be interpolated once, not its consequences too', () => {
    expect(
      problems('services: {a: {image: "${IMAGE}", mem_limit: "${MEMORY}"}}').map(({ path }) => path),
    ).toEqual(['services.a.image', 'services.a.mem_limit']);
  });

  test('a file that is not there, or no YAML', () => {
    const project = projectFiles(root);
    const input = { project, env: {}, secretNames: [], profiles: [], supplied: { secrets: [], configs: [] } };
    expect(() => loadCompose({ ...input, file: 'gone.yaml' })).toThrow(/gone.yaml:1: .*\n.*it is not there/);
    expect(problems('a: [1\nb: 2')).toMatchObject([{ line: 2, expected: 'valid YAML' }]);
  });
});

describe('whatever the file holds', () => {
  /** Fails where anything but specs or a ComposeError comes out. */
  const survives = (text: string) => {
    for (const problem of problems(text, { digests: { k: 'd' } })) {
      expect(problem.line).toBeGreaterThanOrEqual(1);
      expect(problem.path && problem.expected && problem.fix).not.toBe('');
    }
  };

  test('any text', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 60 }), survives), { numRuns: 500 });
  });

  test('any YAML', () => {
    const parts = fc.constantFrom(
      ...[
        'services:',
        'web:',
        'image: a:1',
        '<<: *x',
        '&x',
        '*x',
        '- ',
        '{',
        '}',
        '[',
        ']',
        ': ',
        '"',
        '!t',
        '|',
      ],
      ...['\n', '\n  ', '\n    ', '# ', '? ', '---', '$', '${', 'ports:', 'environment:', '1', 'null'],
    );
    fc.assert(
      fc.property(
        fc.array(parts).map((all) => all.join(' ')),
        survives,
      ),
      { numRuns: 1000 },
    );
  });

  test('any value under any key', () => {
    const keys = fc.constantFrom(
      ...[
        'image',
        'command',
        'environment',
        'env_file',
        'secrets',
        'configs',
        'user',
        'labels',
        'volumes',
        'tmpfs',
      ],
      ...['ports', 'expose', 'healthcheck', 'restart', 'stop_grace_period', 'deploy', 'mem_limit', 'cap_add'],
      ...[
        'security_opt',
        'logging',
        'networks',
        'depends_on',
        'profiles',
        'cpus',
        'build',
        '__proto__',
        'x-y',
      ],
      ...[
        'test',
        'target',
        'source',
        'type',
        'resources',
        'limits',
        'update_config',
        'order',
        'options',
        'path',
      ],
    );
    const leaf = fc.oneof(
      fc.constantFrom(
        'web',
        'a:1',
        'bind',
        'volume',
        './k:/x',
        '80:80',
        'NONE',
        '1s',
        '$',
        '${X:-y}',
        '',
        'tcp',
      ),
      fc.double(),
      fc.boolean(),
      fc.constant(null),
      fc.string({ unit: 'binary' }),
    );
    const { value } = fc.letrec((tie) => ({
      value: fc.oneof({ maxDepth: 4, withCrossShrink: true }, leaf, tie('list'), tie('map')),
      list: fc.array(tie('value'), { maxLength: 3 }),
      map: fc.array(fc.tuple(keys, tie('value')), { maxLength: 4 }).map((all) => Object.fromEntries(all)),
    }));
    const service = fc.array(fc.tuple(keys, value), { maxLength: 6 }).map((all) => Object.fromEntries(all));
    const top = fc.constantFrom('services', 'networks', 'volumes', 'secrets', 'configs', 'name', 'version');
    fc.assert(
      fc.property(service, top, value, (web, section, other) => {
        survives(stringify({ [section]: other, services: { web: { image: 'a:1', ...web } } }));
        survives(stringify({ services: { web }, [section]: other }));
      }),
      { numRuns: 300 },
    );
  });
});
