import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { type ConfigSources, parseConfig } from '../../config/parse.ts';
import { rawConfig } from '../stackConfig.ts';

const services = {
  'cortex-admin': { profiles: [] },
  'cortex-engine': { profiles: [] },
  'cortex-editor': { profiles: ['editor'] },
  'cortex-tunnel': { profiles: ['tunnel'] },
};

const publicKey = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIExampleExampleExampleExampleExampleExample0';
const accountId = '0123456789abcdef0123456789abcdef';
const gcp = { kind: 'gcp', publicKey, project: 'my-project', zone: 'europe-west1-b' };
const group = 'f174e90a-fafe-4643-bbbc-4a0ed4fc8415';
const origin = {
  connectTimeout: '30s',
  tlsTimeout: '10s',
  tcpKeepAlive: '30s',
  keepAliveConnections: 100,
  keepAliveTimeout: '1m30s',
  httpHostHeader: 'localhost:8000',
  originServerName: 'origin.example.com',
  noTLSVerify: true,
  http2Origin: true,
  disableChunkedEncoding: true,
};
const ssh = { kind: 'ssh', user: 'root', address: '203.0.113.7', hostKey: publicKey };

/** A stack's configuration as Pulumi hands it over; what is not set has the default of Pulumi.yaml. */
function parse(config: Record<string, unknown>, sources: Partial<ConfigSources> = {}) {
  const raw = rawConfig({ 'cortex:host': gcp, ...config });
  return parseConfig({ stack: 'prod', raw, encrypted: [], file: {}, services, environment: {}, ...sources });
}

/** What a configuration is refused for, as `key: found / expected`. */
function refused(config: Record<string, unknown>, sources: Partial<ConfigSources> = {}): string {
  try {
    parse(config, sources);
    return 'nothing';
  } catch (error) {
    return (error as Error).message;
  }
}

describe('a configuration', () => {
  test('has defaults for all but the host', () => {
    expect(parse({})).toEqual({
      stack: 'prod',
      runtime: 'docker',
      runtimes: {},
      profiles: [],
      env: {},
      secrets: {},
      registries: {},
      images: { platform: 'linux/amd64' },
      docs: {},
      host: {
        kind: 'gcp',
        publicKey,
        project: 'my-project',
        zone: 'europe-west1-b',
        user: 'deploy',
        account: 'cortex',
        machineType: 'e2-medium',
        bootDiskGb: 20,
        dataDiskGb: 20,
        login: 'key',
        operators: [],
        egress: 'nat',
        snapshotDays: 14,
        deletionProtection: true,
      },
      secretsFrom: 'config',
      secretVersions: {},
      tunnel: undefined,
      alerts: undefined,
      rehearsal: false,
    });
  });

  test('may say all that can be said', () => {
    const config = parse(
      {
        'cortex:runtime': 'podman',
        'cortex:services': { 'cortex-engine': { runtime: 'docker' } },
        'cortex:profiles': ['editor'],
        'cortex:env': { SESSION_DAYS: 14, DEBUG: true, EMPTY: '' },
        'cortex:secrets': { TELEGRAM_BOT_TOKEN: 'bot' },
        'cortex:registries': { 'registry.example.com': { username: 'robot', password: 'secret' } },
        'cortex:host': {
          ...ssh,
          port: 2222,
          identityFile: '~/.ssh/id',
          proxyCommand: 'nc %h %p',
          account: 'apps',
        },
        'cortex:tunnel': {
          accountId,
          zoneId: accountId,
          replicas: 2,
          serviceTokens: {
            ci: {},
            probe: {
              duration: 'forever',
              clientSecretVersion: 2,
              previousClientSecretExpiresAt: '2030-01-31T12:00:00Z',
            },
          },
          hostnames: {
            'cortex-admin': { hostname: 'admin.example.com', public: true },
            'cortex-engine': {
              hostname: 'engine.example.com',
              port: 8000,
              access: {
                emails: ['me@example.com'],
                emailDomains: ['example.com'],
                groups: [group],
                serviceTokens: ['ci'],
                sessionDuration: '1h30m',
              },
              origin: { scheme: 'https', ...origin },
            },
          },
          ssh: { hostname: 'ssh.example.com', access: { groups: [group] } },
        },
      },
      { encrypted: ['cortex:secrets', 'cortex:registries'] },
    );
    expect(config).toMatchObject({
      runtime: 'podman',
      runtimes: { 'cortex-engine': 'docker' },
      // the connector's profile follows from the tunnel
      profiles: ['editor', 'tunnel'],
      env: { SESSION_DAYS: '14', DEBUG: 'true', EMPTY: '' },
      secrets: { TELEGRAM_BOT_TOKEN: 'bot' },
      registries: { 'registry.example.com': { username: 'robot', password: 'secret' } },
      host: { ...ssh, port: 2222, identityFile: '~/.ssh/id', proxyCommand: 'nc %h %p', account: 'apps' },
      tunnel: {
        replicas: 2,
        serviceTokens: { probe: { clientSecretVersion: 2 } },
        hostnames: {
          'cortex-admin': { hostname: 'admin.example.com' },
          'cortex-engine': {
            hostname: 'engine.example.com',
            port: 8000,
            access: { emails: ['me@example.com'], groups: [group], sessionDuration: '1h30m' },
            origin: { scheme: 'https', ...origin },
          },
        },
        ssh: {
          hostname: 'ssh.example.com',
          port: 22,
          access: { emails: [], emailDomains: [], groups: [group], serviceTokens: [] },
        },
      },
    });
  });
});

describe('what is wrong', () => {
  test('is told all at once', () => {
    const message = refused(
      {
        'cortex:runtime': 'podmann',
        'cortex:runtimes': {},
        'cortex:services': { 'cortex-admn': { runtime: 'podman' }, 'cortex-engine': {} },
        'cortex:profiles': ['editr', 'tunnel'],
        'cortex:env': {
          GITHUB_TOKEN: 'x',
          GREETING: 'ghp_0123456789abcdefghijABCDEFGHIJ',
          'a-b': 'c',
          BOT: 'x',
        },
        'cortex:secrets': { BOT: 'hunter2', EMPTY: '' },
        'cortex:registries': { 'registry.example.com': { username: 'robot', password: 'hunter2' } },
        'cortex:host': {
          ...gcp,
          zone: 'europe-west1',
          adress: '203.0.113.7',
          hostKey: 'x',
          machineTyp: 'e2-small',
        },
        'cortex:tunnel': {
          accountId: 'mine',
          hostnames: {
            'cortex-admin': { hostname: 'admin.example.com', public: true },
            'cortex-editor': 'editor.example.com',
            'cortex-engine': { hostname: 'admin.example.com', access: {} },
            'cortex-x': { hostname: 'not a name', public: true },
          },
        },
        'cortex:rehearsal': 'maybe',
        'cloudflare:apiToken': 'x',
      },
      { stack: 'Prod' },
    );
    expect(`${message}\n`).toBe(
      readFileSync(join(import.meta.dirname, 'golden', 'config-errors.txt'), 'utf8'),
    );
    expect(message).not.toContain('hunter2');
    expect(message).not.toContain('ghp_');
  });

  test('may be a key of the other kind of host', () => {
    const message = refused({ 'cortex:host': { ...ssh, project: 'my-project', zoen: 'x' } });
    expect(message).toContain('cortex:host.project\n  found     "my-project"\n  expected  no project here');
    expect(message).toContain(
      'cortex:host.zoen\n  found     "x"\n  expected  no zone here: it belongs to host.kind \'gcp\'',
    );
  });

  test('may be a key of a Podman machine’s, which Podman knows', () => {
    const machine = { kind: 'podman-machine', hostKey: publicKey };
    expect(parse({ 'cortex:host': machine }).host).toEqual({
      ...{ ...machine, machine: 'podman-machine-default', account: 'cortex' },
    });
    expect(refused({ 'cortex:host': { ...machine, port: 22 } })).toContain(
      'Podman says it: podman machine inspect',
    );
    expect(refused({ 'cortex:host': { ...machine, machine: 'a b' } })).toContain('cortex:host.machine');
  });

  test('may be a host of no kind', () => {
    expect(refused({ 'cortex:host': { kind: 'aws' } })).toBe(
      "configuration of stack 'prod': 1 problem\n\ncortex:host.kind\n  found     \"aws\"\n  expected  'gcp' or 'ssh' or 'podman-machine'\n  fix       pulumi config set --path 'cortex:host.kind' gcp",
    );
    expect(refused({ 'cortex:host': undefined })).toContain('cortex:host.kind\n  found     nothing\n');
    expect(refused({ 'cortex:host': 'gcp' })).toContain('cortex:host.kind\n  found     nothing\n');
  });

  test('may be an account that can become root', () => {
    expect(refused({ 'cortex:host': { ...ssh, user: 'cortex' } })).toContain(
      'cortex:host.account\n  found     "cortex"\n  expected  an account other than cortex:host.user',
    );
  });

  test.each([
    ['cortex:services', 'podman'],
    ['cortex:profiles', { editor: true }],
    ['cortex:env', ['A=b']],
    ['cortex:env', { A: { b: 'c' } }],
    ['cortex:secrets', 'hunter2'],
    ['cortex:registries', { 'registry.example.com': 'robot' }],
    ['cortex:tunnel', ['x']],
    [
      'cortex:tunnel',
      {
        accountId,
        zoneId: accountId,
        hostnames: { 'cortex-admin': { hostname: 'a.example.com', port: 0, public: true } },
      },
    ],
    ['cortex:host', { ...gcp, dataDiskGb: 'many' }],
    ['cortex:host', { ...gcp, bootDiskGb: 1 }],
    ['cortex:host', { ...gcp, snapshotDays: 0 }],
    ['cortex:host', { ...gcp, egress: 'public' }],
    ['cortex:host', { ...gcp, operators: ['jane@example.com'] }],
    ['cortex:host', { ...gcp, deletionProtection: 'yes' }],
    ['cortex:alerts', { email: 'nobody' }],
    ['cortex:secretsFrom', 'vault'],
    ['cortex:secretVersions', { TOKEN: 'newest' }],
    ['cortex:host', { ...ssh, address: '-oProxyCommand=x' }],
    ['cortex:host', { ...ssh, hostKey: 'SHA256:abc' }],
    ['cortex:host', { ...ssh, port: 65536 }],
  ])('may be the type of %s: %j', (key, value) => {
    const message = refused({ [key]: value }, { encrypted: ['cortex:secrets', 'cortex:registries'] });
    expect(message).toContain("configuration of stack 'prod': 1 problem\n");
    expect(message).toContain(`\n${key}`);
    expect(message).not.toContain('hunter2');
  });
});

describe('a VM on Google Cloud', () => {
  test('is of a zone that there is', () => {
    expect(refused({ 'cortex:host': { ...gcp, zone: 'europe-wset1-b' } })).toContain(
      "cortex:host.zone\n  found     \"europe-wset1-b\"\n  expected  a zone of Google Cloud, of those in config/gcp/zones.ts\n  fix       did you mean 'europe-west1-b'? pulumi config set --path 'cortex:host.zone' europe-west1-b",
    );
    expect(refused({ 'cortex:host': { ...gcp, zone: 'europe-west1-a' } })).toContain('did you mean');
  });

  test('is of a machine type that fits', () => {
    const fix = (machineType: string) => refused({ 'cortex:host': { ...gcp, machineType } });
    expect(fix('e2-meduim')).toContain("did you mean 'e2-medium'?");
    expect(fix('n4-standard-2')).toContain('it takes Hyperdisk only');
    expect(fix('c4a-standard-2')).toContain('it is Arm');
    for (const machineType of ['e2-micro', 'n2-standard-4', 'e2-custom-2-4096', 'c3-highmem-8'])
      expect(parse({ 'cortex:host': { ...gcp, machineType } }).host).toMatchObject({ machineType });
  });

  test('may be reached and made in other ways', () => {
    const host = {
      ...gcp,
      publicKey: undefined,
      login: 'osLogin',
      user: 'jane_example_com',
      operators: ['user:jane@example.com', 'domain:example.com'],
      egress: 'externalIp',
      snapshotDays: 3,
      deletionProtection: false,
    };
    expect(parse({ 'cortex:host': host }).host).toMatchObject(host);
    expect(parse({ 'cortex:host': { ...gcp, publicKey: undefined } }).host).toMatchObject({ login: 'key' });
  });

  test('takes no key with OS Login, and needs the user’s name', () => {
    const message = refused({ 'cortex:host': { ...gcp, login: 'osLogin' } });
    expect(message).toContain('2 problems');
    expect(message).toContain('cortex:host.publicKey\n');
    expect(message).toContain('cortex:host.user\n  found     nothing\n');
  });

  test('is what alerts and Secret Manager are for', () => {
    const message = refused({
      'cortex:host': ssh,
      'cortex:alerts': { email: 'ops@example.com' },
      'cortex:secretsFrom': 'secretManager',
    });
    expect(message).toContain('cortex:alerts\n  found     {"email":"ops@example.com"}');
    expect(message).toContain('cortex:secretsFrom\n  found     "secretManager"');
  });
});

describe('the values of secrets', () => {
  test('are in Secret Manager, or in the configuration', () => {
    const config = parse({
      'cortex:secretsFrom': 'secretManager',
      'cortex:secretVersions': { TELEGRAM_BOT_TOKEN: 3, OTHER: 'latest' },
    });
    expect(config).toMatchObject({
      secretsFrom: 'secretManager',
      secretVersions: { TELEGRAM_BOT_TOKEN: '3', OTHER: 'latest' },
      secrets: {},
    });
  });

  test('and never in both', () => {
    const both = {
      'cortex:secretsFrom': 'secretManager',
      'cortex:secrets': { TOKEN: 'hunter2' },
      'cortex:secretVersions': { LEVEL: 1 },
      'cortex:env': { LEVEL: 'info' },
    };
    const message = refused(both, { encrypted: ['cortex:secrets'] });
    expect(message).toContain('cortex:secrets.TOKEN\n  found     a value (not shown)');
    expect(message).toContain('cortex:env.LEVEL\n  expected  a name that is not in cortex:secrets');
    expect(message).not.toContain('hunter2');
    expect(refused({ 'cortex:secretVersions': { TOKEN: 1 } })).toContain(
      'cortex:secretVersions.TOKEN\n  found     "1"\n  expected  nothing, as long as cortex:secretsFrom is config\n  fix       pulumi config set \'cortex:secretsFrom\' secretManager',
    );
  });
});

describe('a tunnel', () => {
  const tunnel = (some: object) => ({
    'cortex:tunnel': { accountId, zoneId: accountId, hostnames: {}, ...some },
  });
  const admin = (some: object) =>
    tunnel({ hostnames: { 'cortex-admin': { hostname: 'admin.example.com', ...some } } });
  const at = 'cortex:tunnel.hostnames.cortex-admin';

  test.each<[string, Record<string, unknown>, string]>([
    [
      'of which nobody said who may come in',
      admin({}),
      `${at}\n  found     "admin.example.com"\n  expected  who may come in`,
    ],
    ['that is public: false', admin({ public: false }), 'expected  who may come in: access, or public: true'],
    [
      'that is both',
      admin({ public: true, access: { emails: ['a@b.c'] } }),
      'found     access, and public: true',
    ],
    [
      'that nobody may enter',
      admin({ access: {} }),
      `${at}.access\n  found     {}\n  expected  somebody to let in`,
    ],
    ['with a misspelt rule', admin({ access: { email: ['a@b.c'] } }), `did you mean '${at}.access.emails'?`],
    ['with a wrong address', admin({ access: { emails: ['nobody'] } }), `${at}.access.emails[0]`],
    [
      'with a whole address as a domain',
      admin({ access: { emailDomains: ['a@b.c'] } }),
      'the part after the @',
    ],
    ['with a group’s name', admin({ access: { groups: ['admins'] } }), 'the ID of an Access group'],
    ['with a token that is not there', admin({ access: { serviceTokens: ['ci'] } }), 'it has none'],
    ['with an empty duration', admin({ access: { emails: ['a@b.c'], sessionDuration: '' } }), 'such as 24h'],
    [
      'with an unknown option',
      admin({ public: true, origin: { noTlsVerify: true } }),
      `did you mean '${at}.origin.noTLSVerify'?`,
    ],
    [
      'with TLS’s options and no TLS',
      admin({ public: true, origin: { http2Origin: true } }),
      'expected  scheme: https beside it',
    ],
    ['with a time in bare seconds', admin({ public: true, origin: { connectTimeout: '30' } }), 'such as 30s'],
    ['with three connectors', tunnel({ replicas: 3 }), 'expected  a number of connectors, 1 to 2'],
    ['with SSH for everybody', tunnel({ ssh: { hostname: 'ssh.example.com' } }), 'cortex:tunnel.ssh.access'],
    [
      'whose SSH has a service’s name',
      {
        'cortex:tunnel': {
          ...(admin({ public: true })['cortex:tunnel'] as object),
          ssh: { hostname: 'admin.example.com', access: { emails: ['a@b.c'] } },
        },
      },
      'cortex-admin has this one',
    ],
    [
      'with half of a rotation',
      tunnel({ serviceTokens: { ci: { clientSecretVersion: 2 } } }),
      'cortex:tunnel.serviceTokens.ci.previousClientSecretExpiresAt\n  found     nothing\n  expected  both, or none: clientSecretVersion is set',
    ],
    [
      'with the other half',
      tunnel({ serviceTokens: { ci: { previousClientSecretExpiresAt: '2030-01-31T12:00:00Z' } } }),
      'both, or none: previousClientSecretExpiresAt is set',
    ],
    [
      'with a day for a time',
      tunnel({
        serviceTokens: { ci: { clientSecretVersion: 2, previousClientSecretExpiresAt: '2030-01-31' } },
      }),
      'a time as in RFC 3339',
    ],
  ])('%s is refused', (_what, config, told) => {
    const message = refused(config);
    expect(message).toContain('1 problem\n');
    expect(message).toContain(told);
  });

  test('names the token that was meant', () => {
    const hostnames = {
      'cortex-admin': { hostname: 'a.example.com', access: { serviceTokens: ['monitorin'] } },
    };
    expect(refused(tunnel({ hostnames, serviceTokens: { monitoring: {} } }))).toContain(
      "did you mean 'monitoring'?",
    );
  });
});

describe('a secret', () => {
  const config = { 'cortex:secrets': { A: 'hunter2', B: 'hunter3' } };

  test('is refused in plain text', () => {
    const message = refused(config);
    expect(message).toContain(
      '2 problems\n\ncortex:secrets.A\n  found     a secret in plain text (not shown)',
    );
    expect(message).toContain("pulumi config set --secret --path 'cortex:secrets.A'");
    expect(message).not.toContain('hunter');
  });

  test('is refused in plain text beside an encrypted one', () => {
    const sources = {
      encrypted: ['cortex:secrets'],
      file: { 'cortex:secrets': { A: { secure: 'v1:x' }, B: 'hunter3' } },
    };
    expect(refused(config, sources)).toContain('1 problem\n\ncortex:secrets.B\n');
  });

  test('is accepted where it is encrypted, alone or as a whole', () => {
    for (const file of [
      {},
      { 'cortex:secrets': { secure: 'v1:x' } },
      { 'cortex:secrets': { A: { secure: 'v1:x' } } },
    ])
      expect(parse(config, { encrypted: ['cortex:secrets'], file }).secrets).toEqual({
        A: 'hunter2',
        B: 'hunter3',
      });
  });

  test('of a registry is its password alone', () => {
    const registries = {
      'cortex:registries': { 'registry.example.com': { username: 'robot', password: 'hunter2' } },
    };
    const file = {
      'cortex:registries': { 'registry.example.com': { username: 'robot', password: { secure: 'v1:x' } } },
    };
    expect(parse(registries, { encrypted: ['cortex:registries'], file }).registries).toBeDefined();
    expect(refused(registries)).toContain('cortex:registries["registry.example.com"].password\n');
  });

  test('cannot be where plain values are', () => {
    expect(refused({ 'cortex:env': { A: 'b' } }, { encrypted: ['cortex:env'] })).toContain(
      'cortex:env\n  found     an encrypted value\n  expected  plain text',
    );
  });

  test.each([
    '123456789:AAEexampleexampleexampleexampleexam',
    'eyJhIjoiMDEyMzQ1Njc4OSIsInQiOiJhYmMifQ',
    '-----BEGIN OPENSSH PRIVATE KEY-----\nx',
    'AKIAIOSFODNN7EXAMPLE',
  ])('is known by its form: %s', (token) => {
    const message = refused({ 'cortex:env': { GREETING: token } });
    expect(message).toContain('cortex:env.GREETING\n  found     a secret in plain text (not shown)');
    expect(message).not.toContain(token);
  });

  test.each(['14', 'info', 'http://engine:8000', 'a sentence with tokens in it', 'sk-short'])(
    'is not everything: %s',
    (text) => expect(parse({ 'cortex:env': { GREETING: text } }).env.GREETING).toBe(text),
  );
});

describe('a rehearsal', () => {
  const config = { 'cortex:rehearsal': true };
  const environment = {
    CORTEX_REHEARSAL: '1',
    PULUMI_DEBUG_PROVIDERS: 'gcp:1,cloudflare:2,command:3,docker:4',
  };

  test('runs where every cloud is simulated', () => {
    expect(parse(config, { environment }).rehearsal).toBe(true);
  });

  test('refuses a bare run, before anything else', () => {
    expect(refused({ ...config, 'cortex:runtime': 'x' })).toBe(
      "configuration of stack 'prod': 1 problem\n\ncortex:rehearsal\n  found     `pulumi` was not started by a rehearsal\n  expected  simulated clouds: this stack must never reach real ones\n  fix       npm run rehearse",
    );
  });

  test.each(['gcp', 'cloudflare', 'command', 'docker'])(
    'refuses a run without a simulated %s',
    (provider) => {
      const PULUMI_DEBUG_PROVIDERS = environment.PULUMI_DEBUG_PROVIDERS.replace(provider, 'other');
      expect(refused(config, { environment: { ...environment, PULUMI_DEBUG_PROVIDERS } })).toContain(
        `no simulation of ${provider}\n`,
      );
      expect(
        refused(config, { environment: { PULUMI_DEBUG_PROVIDERS: environment.PULUMI_DEBUG_PROVIDERS } }),
      ).toContain('was not started by a rehearsal');
    },
  );

  test('does not concern other stacks', () => {
    expect(parse({}, { environment: {} }).rehearsal).toBe(false);
  });
});
