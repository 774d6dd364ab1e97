import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { OpsAgent } from '../../../components/monitoring/opsAgent.ts';
import { vmFacts } from '../gcpHost.ts';
import { declared, find, key, noteOptions, type Options } from '../mocks.ts';

const options: Record<string, Options> = {};
const agent = () =>
  declared(() => new OpsAgent('cortex', vmFacts(), { transformations: [noteOptions(options)] }));

interface Step {
  id: string;
  exec?: Record<'validate' | 'enforce', { interpreter: string; script: string }>;
}

async function steps(): Promise<Step[]> {
  const { osPolicies } = find(await agent(), 'OsPolicyAssignment cortex-ops-agent');
  return (osPolicies as { resourceGroups: { resources: Step[] }[] }[])[0]?.resourceGroups[0]?.resources ?? [];
}

describe('the Ops Agent', () => {
  test('may write logs and metrics, and nothing else', async () => {
    const resources = await agent();
    expect(resources.filter(({ type }) => type.endsWith(':IAMMember')).map(({ inputs }) => inputs)).toEqual(
      ['roles/logging.logWriter', 'roles/monitoring.metricWriter'].map((role) => ({
        project: 'my-project',
        role,
        member: 'serviceAccount:cortex-prod@my-project.iam.gserviceaccount.com',
      })),
    );
    expect(resources.map(key)).toHaveLength(3);
    expect(options['OsPolicyAssignment cortex-ops-agent']?.dependsOn).toEqual([
      'IAMMember cortex-log-writer',
      'IAMMember cortex-metric-writer',
    ]);
  });

  test('is installed on this stack’s VM alone, and not waited for', async () => {
    expect(find(await agent(), 'OsPolicyAssignment cortex-ops-agent')).toMatchObject({
      name: 'cortex-prod-ops-agent',
      location: 'europe-west1-b',
      instanceFilter: { inclusionLabels: [{ labels: { project: 'cortex', stack: 'prod' } }] },
      skipAwaitRollout: true,
    });
    expect((await steps()).map(({ id }) => id)).toEqual(['source', 'package', 'configuration']);
  });

  test('reads the journal', () => {
    const { logging } = parse(
      readFileSync(join(import.meta.dirname, '../../../components/monitoring/opsAgent.yaml'), 'utf8'),
    );
    expect(logging.receivers.journal).toEqual({ type: 'systemd_journald' });
    expect(logging.service.pipelines.default_pipeline.receivers).toEqual(['journal']);
  });
});

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'ops-agent-'));
  mkdirSync(join(root, 'sources'));
  const commands = {
    // a service that runs once it was restarted
    systemctl: `case $1 in restart) : >${root}/running ;; is-active) [ -e ${root}/running ] ;; esac`,
    'apt-get': `echo "$@" >>${root}/apt`,
  };
  for (const [name, script] of Object.entries(commands))
    writeFileSync(join(root, name), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
});
afterEach(() => rmSync(root, { recursive: true }));

async function run(step: string, mode: 'validate' | 'enforce') {
  const script = (await steps()).find(({ id }) => id === step)?.exec?.[mode].script ?? '';
  const here = script
    .replaceAll('/etc/google-cloud-ops-agent', `${root}/etc`)
    .replaceAll('/etc/apt/sources.list.d', `${root}/sources`);
  const env = { ...process.env, PATH: `${root}:${process.env.PATH}` };
  const { status, stderr } = spawnSync('sh', ['-c', here], { env, encoding: 'utf8' });
  return { status, stderr };
}

describe('where it comes from', () => {
  const line = (suite: string) => `deb [signed-by=/keys/google.gpg] https://example.com/apt ${suite} main\n`;
  const paragraph = (suite: string) =>
    `Types: deb\nURIs: https://example.com/apt\nSuites: ${suite}\nComponents: main\nSigned-By: /keys/google.gpg\n`;

  test.each([
    ['list', line],
    ['sources', paragraph],
  ])(
    'is where the image has the rest of Google’s from, in a file as apt has it: %s',
    async (format, entry) => {
      const others = [entry('google-cloud-packages-archive-keyring-trixie'), entry('trixie')];
      const google = [entry('google-compute-engine-trixie-stable'), ...others].join('\n');
      writeFileSync(join(root, 'sources', `google-cloud.${format}`), google);
      expect(await run('source', 'validate')).toEqual({ status: 101, stderr: '' });
      expect(await run('source', 'enforce')).toEqual({ status: 100, stderr: '' });
      expect(await run('source', 'validate')).toEqual({ status: 100, stderr: '' });
      const own = join(root, 'sources', `google-cloud-ops-agent.${format}`);
      expect(readFileSync(own, 'utf8')).toBe(entry('google-cloud-ops-agent-trixie-all'));
      expect(readFileSync(join(root, 'apt'), 'utf8')).toBe('-q update\n');
      writeFileSync(own, '');
      expect((await run('source', 'validate')).status).toBe(101);
    },
  );

  test('is not guessed on another image', async () => {
    writeFileSync(join(root, 'sources', 'debian.sources'), paragraph('trixie'));
    for (const mode of ['validate', 'enforce'] as const)
      expect(await run('source', mode)).toEqual({
        status: 1,
        stderr: expect.stringContaining('has no suite google-compute-engine-'),
      });
  });
});

test('its configuration is not so, then made so, then found so, and mended when it was changed', async () => {
  const status = async (mode: 'validate' | 'enforce') => (await run('configuration', mode)).status;
  expect(await status('validate')).toBe(101);
  expect(await status('enforce')).toBe(100);
  expect(await status('validate')).toBe(100);
  expect(parse(readFileSync(join(root, 'etc/config.yaml'), 'utf8'))).toHaveProperty('logging');
  writeFileSync(join(root, 'etc/config.yaml'), 'logging: {}\n');
  expect(await status('validate')).toBe(101);
  expect(await status('enforce')).toBe(100);
  rmSync(join(root, 'running'));
  expect(await status('validate')).toBe(101);
});
