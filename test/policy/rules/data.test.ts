import { describe, expect, test } from '@jest/globals';
import { dockerType } from '../../../policy/container.ts';
import { unknown } from '../../../policy/rule.ts';
import { adminAccess } from '../../../policy/rules/adminAccess.ts';
import { leakedSecret, plaintextSecret } from '../../../policy/rules/plaintextSecret.ts';
import { protectedDataDisk } from '../../../policy/rules/protectedDataDisk.ts';
import { instance, messages, subject } from '../subjects.ts';

describe('protected-data-disk', () => {
  const disk = (args: object) => subject('gcp:compute/disk:Disk', args);

  test('refuses a data disk without protection', () => {
    expect(messages(protectedDataDisk, [disk({ size: 20 })])).toEqual([
      expect.stringContaining('not protected'),
    ]);
    expect(messages(protectedDataDisk, [subject('gcp:compute/regionDisk:RegionDisk', {})])).toHaveLength(1);
  });

  test('passes one with it, and a boot disk without', () => {
    expect(messages(protectedDataDisk, [{ ...disk({ size: 20 }), protect: true }])).toEqual([]);
    expect(messages(protectedDataDisk, [disk({ image: 'debian-cloud/debian-13' })])).toEqual([]);
    expect(messages(protectedDataDisk, [disk({ image: unknown })])).toEqual([]);
  });
});

describe('access-on-admin-hostnames', () => {
  const record = (name: string, content = 'id.cfargotunnel.com') =>
    subject('cloudflare:index/dnsRecord:DnsRecord', { name, content, type: 'CNAME' }, 'record');
  const application = (args: object) =>
    subject('cloudflare:index/zeroTrustAccessApplication:ZeroTrustAccessApplication', {
      policies: [{ id: 'p', decision: 'allow' }],
      ...args,
    });

  test.each<[string, object[], RegExp]>([
    ['no application', [], /no Access application covers all of it/],
    ['one for another hostname', [{ domain: 'dashboard.example.com' }], /no Access application/],
    ['one for a path only', [{ domain: 'admin.example.com/login' }], /no Access application/],
    ['one for a level below', [{ domain: '*.admin.example.com' }], /no Access application/],
    ['one without a policy', [{ domain: 'admin.example.com', policies: [] }], /without a policy/],
    [
      'one that lets everybody pass',
      [{ domain: 'admin.example.com', policies: [{ decision: 'bypass' }] }],
      /lets everybody pass/,
    ],
  ])('refuses %s', (_, applications, words) => {
    for (const content of ['id.cfargotunnel.com', unknown]) {
      const subjects = [record('admin.example.com', content), ...applications.map(application)];
      expect(messages(adminAccess, subjects)).toEqual([expect.stringMatching(words)]);
    }
  });

  test.each<[object]>([
    [{ domain: 'admin.example.com' }],
    [{ domain: 'admin.example.com/*' }],
    [{ domain: '*.example.com' }],
    [{ domain: 'adm*.example.com' }],
    [{ selfHostedDomains: ['other.example.com', 'Admin.example.com'] }],
    [{ destinations: [{ type: 'public', uri: 'admin.example.com' }] }],
  ])('passes %j', (args) => {
    expect(messages(adminAccess, [record('admin.example.com'), application(args)])).toEqual([]);
  });

  test('refuses a reusable policy that lets everybody pass, and passes one that decides', () => {
    const policy = (decision: string) =>
      subject('cloudflare:index/zeroTrustAccessPolicy:ZeroTrustAccessPolicy', { name: 'p', decision });
    expect(messages(adminAccess, [policy('bypass')])).toEqual([
      expect.stringContaining('lets everybody pass'),
    ]);
    expect(messages(adminAccess, [policy('allow'), policy('non_identity')])).toEqual([]);
  });

  test('leaves alone what is not for administration, or does not lead to a tunnel', () => {
    const others = [record('www.example.com'), record('admin.example.com', '203.0.113.7')];
    expect(messages(adminAccess, others)).toEqual([]);
    expect(messages(adminAccess, others, { pattern: 'www' })).toHaveLength(1);
  });
});

const token = `${'7'.repeat(10)}:${'planted-token-'.repeat(3)}`;

describe('no-plaintext-secret', () => {
  test.each([
    ['a variable by its value', instance({ environment: { BOT: token } })],
    ['a variable by its name', instance({ environment: { DB_PASSWORD: 'hunter2' } })],
    ['a command', instance({ command: ['serve', token] })],
    ['a health check', instance({ health: { command: [token] } as never })],
    ['a label', instance({ labels: { x: token } })],
    ['a config', instance({ configs: [{ config: 'c', target: '/c', content: `a: 1\ntoken: ${token}\n` }] })],
    ['a container of Docker', subject(dockerType, { envs: [`BOT=${token}`] })],
    ['metadata of a VM', subject('gcp:compute/instance:Instance', { metadata: { api_key: 'x' } })],
    [
      'its startup script',
      subject('gcp:compute/instance:Instance', { metadataStartupScript: `run ${token}` }),
    ],
    ['the environment of a command', subject('command:local:Command', { environment: { T: token } })],
    ['a command line', subject('command:local:Command', { create: `curl ${token}` })],
  ])('refuses one in %s, and does not repeat it', (_, one) => {
    const found = messages(plaintextSecret, [one]);
    expect(found).toEqual([expect.stringContaining('in plain text')]);
    expect(found.join()).not.toMatch(/planted|hunter2/);
  });

  test('passes names of files, and secrets in their place', () => {
    const spec = { environment: { BOT_TOKEN_FILE: '/run/secrets/bot', LEVEL: 'info', PASSWORD: '' } };
    expect(messages(plaintextSecret, [instance(spec, { secrets: { bot: token } })])).toEqual([]);
    const keys = { 'ssh-keys': 'deploy:ssh-ed25519 AAAAC3Nz' };
    expect(messages(plaintextSecret, [subject('gcp:compute/instance:Instance', { metadata: keys })])).toEqual(
      [],
    );
  });
});

describe('no-leaked-secret', () => {
  const value = 'correct horse/battery+staple';
  const holder = instance({}, { secrets: { passphrase: value } });

  test.each([
    ['as it is', value],
    ['in a URL', `https://x/?p=${encodeURIComponent(value)}`],
    ['in base64', Buffer.from(`user:${value}!`).toString('base64')],
    ['in JSON', JSON.stringify({ p: value })],
  ])('refuses the value %s', (_, text) => {
    const found = messages(leakedSecret, [holder, instance({ environment: { NOTE: text } })]);
    expect(found).toEqual([expect.stringContaining("a secret's value in spec.environment.NOTE")]);
    expect(found.join()).not.toContain('battery');
  });

  test("refuses a registry's password in a command", () => {
    const images = subject('containerhost:index:Images', {
      registries: { 'r.example.com': { username: 'robot', password: 'a-long-password' } },
    });
    const login = subject('command:local:Command', { create: 'docker login -p a-long-password' });
    expect(messages(leakedSecret, [images, login])).toHaveLength(1);
  });

  test('passes secrets in their place, unknown ones, and texts that only have some letters of one', () => {
    const first = instance({ environment: { NOTE: unknown } }, { secrets: { token: unknown } });
    expect(messages(leakedSecret, [holder, first, instance({ environment: { A: 'correct' } })])).toEqual([]);
  });
});
