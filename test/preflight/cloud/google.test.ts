import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import type { Answer } from '../../../preflight/cloud/area.ts';
import { appliedBillables, declaredBillables } from '../../../preflight/cloud/billable.ts';
import {
  type GoogleAnswers,
  loginArea,
  projectArea,
  type Quota,
  quotaNeeds,
  wantedServices,
} from '../../../preflight/cloud/google.ts';
import { declaration, vmState } from './declared.ts';

const answered = <T>(value: T): Answer<T> => ({ kind: 'answered', value });
const silent = { kind: 'silent', said: 'timed out' } as const;
const refused = { kind: 'refused', said: 'PERMISSION_DENIED' } as const;

const metrics = ['CPUS', 'CPUS_ALL_REGIONS', 'INSTANCES', 'SSD_TOTAL_GB', 'ROUTERS', 'IN_USE_ADDRESSES'];
const quotas = (changes: Record<string, Partial<Quota>> = {}): Quota[] =>
  metrics.map((metric) => ({ metric, limit: 100, usage: 0, ...changes[metric] }));

const well: GoogleAnswers = {
  account: answered('me@example.com'),
  applicationDefault: answered(true),
  services: answered(wantedServices(declaration({ alerts: { email: 'a@example.com' } }))),
  billing: answered(true),
  quotas: [answered(quotas())],
};

function project(changes: Partial<GoogleAnswers>, declared = declaration(), state = vmState().slice(0, 0)) {
  const applied = appliedBillables(state, declared);
  return projectArea(declared, { ...well, ...changes }, applied, declaredBillables(declared));
}

describe('logins', () => {
  test('both', () => {
    expect(loginArea(well)).toMatchObject({
      well: ['me@example.com', 'application default credentials'],
      findings: [],
      unknown: [],
    });
  });

  test('neither: both are told, each with its command', () => {
    const { findings } = loginArea({ account: answered(undefined), applicationDefault: refused });
    expect(findings).toMatchObject([
      { where: 'gcloud', fix: 'Run: gcloud auth login' },
      { where: 'application default credentials', fix: 'Run: gcloud auth application-default login' },
    ]);
  });

  test('no answer is no verdict', () => {
    const { findings, unknown } = loginArea({ account: silent, applicationDefault: silent });
    expect(findings).toEqual([]);
    expect(unknown).toHaveLength(2);
  });
});

describe('the project', () => {
  test('that has all', () => {
    expect(project({})).toMatchObject({
      name: 'Google project my-project',
      well: ['4 APIs', 'billing', 'quota of us-central1'],
      findings: [],
      unknown: [],
    });
  });

  test('what a stack does not use is not asked of it', () => {
    expect(wantedServices(declaration())).not.toContain('monitoring.googleapis.com');
    expect(wantedServices(declaration({}, { login: 'osLogin' }))).toContain('oslogin.googleapis.com');
    expect(wantedServices(declaration({ secretsFrom: 'secretManager' }))).toContain(
      'secretmanager.googleapis.com',
    );
  });

  test('the README’s command enables all that any stack wants', () => {
    const readme = readFileSync(join(import.meta.dirname, '../../../README.md'), 'utf8');
    const enabled = /gcloud services enable \S+ \{([a-z,]+)\}/.exec(readme)?.[1]?.split(',') ?? [];
    const every = declaration(
      { alerts: { email: 'me@example.com' }, secretsFrom: 'secretManager' },
      { login: 'osLogin' },
    );
    expect(enabled.map((name) => `${name}.googleapis.com`).sort()).toEqual(wantedServices(every).sort());
  });

  test('APIs that are off are one command', () => {
    const { findings } = project({ services: answered(['compute.googleapis.com', 'iam.googleapis.com']) });
    expect(findings).toEqual([
      {
        severity: 'refusal',
        where: 'APIs',
        found: 'not enabled: iap.googleapis.com, artifactregistry.googleapis.com',
        fix: 'Run: gcloud services enable --project=my-project iap.googleapis.com artifactregistry.googleapis.com',
      },
    ]);
  });

  test('that is not there, or not for this account', () => {
    const { findings } = project({ services: refused, billing: undefined, quotas: [] });
    expect(findings).toMatchObject([{ where: 'cortex:host.project', found: 'PERMISSION_DENIED' }]);
  });

  test('without billing', () => {
    expect(project({ billing: answered(false) }).findings).toMatchObject([{ where: 'billing' }]);
    // who may not see it does not know
    expect(project({ billing: refused })).toMatchObject({ findings: [], unknown: [{ where: 'billing' }] });
  });

  test('versions of secrets', () => {
    const secrets = {
      'cortex-prod-A 1': answered('ENABLED'),
      'cortex-prod-B 2': answered('DESTROYED'),
      'cortex-prod-C 1': refused,
    };
    const { findings, well: fine } = project({ secrets });
    expect(findings).toMatchObject([
      { where: 'secret cortex-prod-B 2', found: 'it is DESTROYED' },
      { where: 'secret cortex-prod-C 1', found: 'PERMISSION_DENIED' },
    ]);
    expect(fine).toContain('secret cortex-prod-A 1');
  });
});

describe('quota', () => {
  test('exactly enough is enough, and one less is not', () => {
    const cpus = (usage: number) => project({ quotas: [answered(quotas({ CPUS: { limit: 8, usage } }))] });
    expect(cpus(6).findings).toEqual([]);
    expect(cpus(7).findings).toMatchObject([
      { where: 'quota CPUS', found: '2 more are needed in us-central1, and 1 of 8 are left' },
    ]);
  });

  test('disks and addresses', () => {
    const changes = { SSD_TOTAL_GB: { limit: 39 }, IN_USE_ADDRESSES: { limit: 4, usage: 4 } };
    const { findings } = project({ quotas: [answered(quotas(changes))] });
    expect(findings.map(({ where }) => where)).toEqual(['quota SSD_TOTAL_GB', 'quota IN_USE_ADDRESSES']);
  });

  test('what the stack has already is not needed again', () => {
    const declared = declaration({}, { dataDiskGb: 50 });
    const needs = quotaNeeds(appliedBillables(vmState(), declared), declaredBillables(declared));
    expect(needs).toEqual({ SSD_TOTAL_GB: 30 });
    const full = quotas(Object.fromEntries(metrics.map((metric) => [metric, { limit: 2, usage: 2 }])));
    expect(project({ quotas: [answered(full)] }, declaration(), vmState()).findings).toEqual([]);
  });

  test('a series of its own has a quota of its own', () => {
    const { findings } = project({}, declaration({}, { machineType: 'n2-standard-4' }));
    expect(findings).toMatchObject([{ severity: 'warning', where: 'quota N2_CPUS' }]);
  });

  test('that nobody told is not known', () => {
    expect(project({ quotas: [silent] })).toMatchObject({ findings: [], unknown: [{ where: 'quota' }] });
  });
});
