import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { findings, type Options, type Subject } from '../../policy/rule.ts';
import { rules } from '../../policy/rules.ts';
import { program, token } from '../program.ts';
import { stackFile } from '../stackConfig.ts';
import { rehearsalExceptions } from './exceptions.ts';

const environment = { ...process.env };
jest.setTimeout(60_000);
beforeEach(() => {
  // what a preview would say
  jest.spyOn(console, 'log').mockImplementation(() => {});
});
afterEach(() => {
  process.env = { ...environment };
});

/** All that the program declares for a stack, as the engine would show it to a policy pack. */
async function planned(stack: string, changes?: Record<string, unknown>): Promise<Subject[]> {
  const { resources } = await program(stack, changes);
  return resources.map(({ type, name, inputs, kept }) => ({
    type,
    name,
    urn: `urn:pulumi:${stack}::cortex::${type}::${name}`,
    props: opened(inputs) as Record<string, unknown>,
    protect: kept?.includes('protect') ?? false,
  }));
}

/** Secrets without their envelope, as the engine hands them to a pack. */
function opened(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(opened);
  if ('4dabf18193072939515e22adb298388d' in value) return opened((value as { value?: unknown }).value);
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, opened(one)]));
}

const found = (subjects: Subject[], options: Record<string, Options> = {}) =>
  findings(rules, subjects, options).map(({ rule, urn }) => `${rule} ${urn.split('::').at(-1)}`);

const production = (changes?: Record<string, unknown>) => planned('prod', changes);

describe('production', () => {
  test('keeps every rule', async () => {
    expect(found(await production())).toEqual([]);
  });

  test('is really looked at: rules find what is taken away, and what is put in the wrong place', async () => {
    const subjects = (await production()).map((subject) => ({ ...subject, protect: false }));
    expect(found(subjects)).toContain('protected-data-disk cortex-data');
    expect(found(await production({ 'cortex:images': { pin: false } }))).toContain(
      'pinned-digests cortex-admin',
    );
    const { hostnames, ...tunnel } = stackFile('prod')['cortex:tunnel'] as {
      hostnames: Record<string, object>;
    };
    const open = { ...hostnames, 'cortex-admin': { hostname: 'admin.cortex.example.com', public: true } };
    expect(found(await production({ 'cortex:tunnel': { ...tunnel, hostnames: open } }))).toEqual([
      'access-on-admin-hostnames cortex-admin-dns',
    ]);
    const disguised = Buffer.from(token).toString('base64');
    expect(found(await production({ 'cortex:env': { LOG_LEVEL: disguised } }))).toContain(
      'no-leaked-secret cortex-admin',
    );
  });
});

test('a rehearsal breaks the rules that it has exceptions from, and no other', async () => {
  process.env.CORTEX_REHEARSAL = 'x';
  process.env.PULUMI_DEBUG_PROVIDERS = 'gcp:1,cloudflare:1,command:1,docker:1';
  const subjects = await planned('dev');
  const { 'access-on-admin-hostnames': access, ...rest } = rehearsalExceptions;
  expect(found(subjects).sort()).toEqual([
    'access-on-admin-hostnames cortex-admin-dns',
    'access-on-admin-hostnames cortex-editor-dns',
    'protected-data-disk cortex-data',
  ]);
  expect(found(subjects, { 'access-on-admin-hostnames': access })).toEqual([
    'protected-data-disk cortex-data',
  ]);
  // the pack's host leaves out a rule that is disabled: that is shown end to end
  expect(rest).toEqual({ 'protected-data-disk': 'disabled' });
});
