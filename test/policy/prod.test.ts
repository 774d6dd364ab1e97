import { afterEach, describe, expect, jest, test } from '@jest/globals';
import type * as sdk from '@pulumi/pulumi';
import { findings, type Options, type Subject } from '../../policy/rule.ts';
import { rules } from '../../policy/rules.ts';
import { declared, key } from '../components/mocks.ts';
import { rawConfig, stackFile } from '../stackConfig.ts';
import { rehearsalExceptions } from './exceptions.ts';

const environment = { ...process.env };
jest.setTimeout(60_000);
afterEach(() => {
  process.env = { ...environment };
});

const token = '100200300:a-bot-token-that-no-bot-has-anywhere';

/** All that the program declares for a stack, as the engine would show it to a policy pack. */
async function planned(stack: string, changes: Record<string, unknown> = {}): Promise<Subject[]> {
  process.env.PULUMI_CONFIG_SECRET_KEYS = JSON.stringify(['cortex:secrets']);
  // the program runs when it is imported
  jest.resetModules();
  const pulumi = require('@pulumi/pulumi') as typeof sdk;
  const secrets = { TELEGRAM_BOT_TOKEN: token };
  pulumi.runtime.setAllConfig(rawConfig({ ...stackFile(stack), 'cortex:secrets': secrets, ...changes }));
  const isProtected = new Set<string>();
  const resources = await declared(
    async () => {
      noteProtected(pulumi, isProtected);
      await import('../../index.ts');
    },
    { sdk: pulumi, stack },
  );
  return resources.map(({ type, name, inputs }) => ({
    type,
    name,
    urn: `urn:pulumi:${stack}::cortex::${type}::${name}`,
    props: opened(inputs) as Record<string, unknown>,
    protect: isProtected.has(key({ type, name, inputs })),
  }));
}

/** Mocks are not told the options of a resource: they are in the request that the engine would get. */
function noteProtected(pulumi: typeof sdk, noted: Set<string>): void {
  const monitor = pulumi.runtime.getMonitor() as unknown as Monitor;
  const register = monitor.registerResource.bind(monitor);
  monitor.registerResource = (request, ...rest) => {
    if (request.getProtect())
      noted.add(key({ type: request.getType(), name: request.getName(), inputs: {} }));
    return register(request, ...rest);
  };
}

interface Request {
  getProtect(): boolean;
  getType(): string;
  getName(): string;
}

interface Monitor {
  registerResource(request: Request, ...rest: unknown[]): unknown;
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
