import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { stringify } from 'yaml';
import { loadCompose } from '../../compose/load.ts';
import { projectFiles } from '../../compose/projectFiles.ts';
import { golden } from '../golden.ts';
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
    const { plainSecrets, ...rest } = load(read('compose.yaml'), around);
    expect(plainSecrets).toEqual({});
    expect(rest).toEqual(JSON.parse(read('test/compose/golden/compose.json')));
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

describe('the file as the team handed it over', () => {
  const team = read('test/compose/team-docker-compose.yml');
  const dotEnv = 'SESSION_DAYS=14\nTELEGRAM_BOT_TOKEN=000000:example\nTUNNEL_TOKEN=example\nLOG_LEVEL=info\n';
  const loaded = () => load(team, { ...around, secretNames: [], profiles: [], files: { '.env': dotEnv } });

  test('is accepted as it is, with a warning for each wart', () => {
    const { warnings } = loaded();
    const told = warnings.map(
      ({ severity, file, line, path, found }) => `${severity} ${file}:${line} ${path} ${found}`,
    );
    expect([
      ...new Set(told.map((each) => each.replace(/services\.cortex-\w+\.env_file/, 'services.*.env_file'))),
    ]).toEqual([
      'warning .env:2 (the file) TELEGRAM_BOT_TOKEN, a secret in plain text (not shown)',
      'warning .env:3 (the file) TUNNEL_TOKEN, a secret in plain text (not shown)',
      'warning .env:1 (the file) SESSION_DAYS',
      'warning .env:4 (the file) LOG_LEVEL',
      'warning compose.yaml:3 version "3.8"',
      'warning compose.yaml:7 services.*.env_file[0] ".env": SESSION_DAYS, TELEGRAM_BOT_TOKEN, TUNNEL_TOKEN, LOG_LEVEL',
      'warning compose.yaml:55 services.cortex-engine.environment.TELEGRAM_BOT_TOKEN the secret TELEGRAM_BOT_TOKEN as an environment variable',
      'warning compose.yaml:82 services.cortex-tunnel.environment.TUNNEL_TOKEN the secret TUNNEL_TOKEN as an environment variable',
      'warning compose.yaml:79 services.cortex-tunnel.image "cloudflare/cloudflared:latest"',
      'warning compose.yaml:46 services.cortex-engine.expose cortex-admin calls cortex-engine:8000, and cortex-engine declares no such port',
      'warning compose.yaml:67 services.cortex-editor.user nothing',
    ]);
    for (const { expected, fix } of warnings) expect(expected && fix).not.toBe('');
  });

  test('is read as test/golden/team.json has it: no value of a secret is in it', () => {
    const { services, secrets } = loaded();
    golden('team.json', `${JSON.stringify({ services, secrets }, null, 2)}\n`);
    expect(JSON.stringify({ services, secrets })).not.toMatch(/000000:|"example"/);
  });

  test('gives the values of .env to the program alone; cortex:secrets and cortex:env go before them', () => {
    expect(loaded().plainSecrets).toEqual({ TELEGRAM_BOT_TOKEN: '000000:example', TUNNEL_TOKEN: 'example' });
    const chosen = load(team, {
      ...{ ...around, profiles: [], files: { '.env': dotEnv } },
      ...{ secretNames: ['TELEGRAM_BOT_TOKEN', 'TUNNEL_TOKEN'], env: { SESSION_DAYS: '7' } },
    });
    expect(chosen.plainSecrets).toEqual({});
    expect(chosen.services[0]?.environment.SESSION_DAYS).toBe('7');
  });

  test('stays refused where it cannot be honoured: two users who write the same folder', () => {
    const found = problems(team, { ...around, profiles: ['editor'], files: { '.env': dotEnv } });
    expect(found.map(({ path }) => path)).toEqual(['services.cortex-editor.user']);
  });
});

describe('the error', () => {
  test('names all problems, once for what several services share', () => {
    const text = `x-all: &all {cap_drop: [NETRAW]}
services:
  a: {<<: *all, image: "a:1"}
  b: {<<: *all, image: B}
`;
    expect(() => load(text)).toThrow(`compose.yaml: 3 problems

compose.yaml:1: services.a.cap_drop[0]
  and at    services.b.cap_drop[0]
  found     "NETRAW"
  expected  a Linux capability, as in NET_BIND_SERVICE, or ALL
  fix       see capabilities(7)

compose.yaml:4: services.b.image
  found     "B"
  expected  an image name in lower case and a tag
  fix       write it as registry/name:1.2.3`);
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
