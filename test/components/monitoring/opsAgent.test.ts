import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
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
    expect((await steps()).map(({ id }) => id)).toEqual(['repository', 'package', 'configuration']);
  });

  test('reads the journal', () => {
    const { logging } = parse(
      readFileSync(join(import.meta.dirname, '../../../components/monitoring/opsAgent.yaml'), 'utf8'),
    );
    expect(logging.receivers.journal).toEqual({ type: 'systemd_journald' });
    expect(logging.service.pipelines.default_pipeline.receivers).toEqual(['journal']);
  });
});

describe('its configuration', () => {
  let root: string;
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'ops-agent-'));
    // a service that runs once it was restarted
    writeFileSync(
      join(root, 'systemctl'),
      `#!/bin/sh\ncase $1 in restart) : >${root}/running ;; is-active) [ -e ${root}/running ] ;; esac\n`,
    );
    chmodSync(join(root, 'systemctl'), 0o755);
  });
  afterEach(() => rmSync(root, { recursive: true }));

  async function run(mode: 'validate' | 'enforce'): Promise<number | null> {
    const script = (await steps()).find(({ id }) => id === 'configuration')?.exec?.[mode].script ?? '';
    const here = script.replaceAll('/etc/google-cloud-ops-agent', `${root}/etc`);
    return spawnSync('sh', ['-c', here], { env: { ...process.env, PATH: `${root}:${process.env.PATH}` } })
      .status;
  }

  test('is not so, then made so, then found so, and mended when it was changed', async () => {
    expect(await run('validate')).toBe(101);
    expect(await run('enforce')).toBe(100);
    expect(await run('validate')).toBe(100);
    expect(parse(readFileSync(join(root, 'etc/config.yaml'), 'utf8'))).toHaveProperty('logging');
    writeFileSync(join(root, 'etc/config.yaml'), 'logging: {}\n');
    expect(await run('validate')).toBe(101);
    expect(await run('enforce')).toBe(100);
    rmSync(join(root, 'running'));
    expect(await run('validate')).toBe(101);
  });
});
