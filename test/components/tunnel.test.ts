import { describe, expect, test } from '@jest/globals';
import * as pulumi from '@pulumi/pulumi';
import { CloudflareTunnel } from '../../components/tunnel.ts';
import type { Access } from '../../config/access.ts';
import type { TunnelConfig } from '../../config/tunnel.ts';
import { load } from '../compose/file.ts';
import { declared, find, key, noteOptions, type Options, value } from './mocks.ts';

const specs = load(
  `services:
  admin: {image: "team/admin:1", expose: ["5001"]}
  editor: {image: "team/editor:1", expose: ["5003"]}
  tunnel: {image: "cloudflare/cloudflared:1", configs: [tunnel-config]}
configs: {tunnel-config: {external: true}}
`,
  { supplied: { secrets: [], configs: ['tunnel-config'] } },
).services;

const open: TunnelConfig = {
  accountId: 'account',
  zoneId: 'zone',
  replicas: 1,
  hostnames: { admin: { hostname: 'admin.example.com' }, editor: { hostname: 'editor.example.com' } },
  serviceTokens: {},
};

const access = (some: Partial<Access>): Access => ({
  emails: [],
  emailDomains: [],
  groups: [],
  serviceTokens: [],
  ...some,
});

const guarded = (some: Partial<Access>): Partial<TunnelConfig> => ({
  hostnames: { admin: { hostname: 'admin.example.com', access: access(some) } },
  serviceTokens: { ci: { duration: '8760h' }, other: {} },
});

async function tunnel(config: Partial<TunnelConfig> = {}) {
  let made: CloudflareTunnel | undefined;
  const options: Record<string, Options> = {};
  const resources = await declared(() => {
    const args = { stack: 'prod', tunnel: { ...open, ...config }, specs };
    made = new CloudflareTunnel('cortex', args, { transformations: [noteOptions(options)] });
  });
  return { resources, options, made: made as CloudflareTunnel };
}

describe('a tunnel', () => {
  test('has its rules in the connector’s file, and nowhere else', async () => {
    const { resources, made } = await tunnel();
    expect(resources.map(key)).toEqual([
      'DnsRecord admin-dns',
      'DnsRecord editor-dns',
      'ZeroTrustTunnelCloudflared cortex-tunnel',
    ]);
    expect(find(resources, 'ZeroTrustTunnelCloudflared cortex-tunnel')).toEqual({
      accountId: 'account',
      name: 'cortex-prod',
      configSrc: 'local',
    });
    expect(await value(made.config)).toContain('service: http://editor:5003');
    expect((await value(made.probe)).expected).toContain('"service":"http://editor:5003"');
  });

  test('is where each hostname points', async () => {
    const { resources, made } = await tunnel();
    expect(find(resources, 'DnsRecord admin-dns')).toEqual({
      zoneId: 'zone',
      name: 'admin.example.com',
      type: 'CNAME',
      content: 'cortex-tunnel-id.cfargotunnel.com',
      proxied: true,
      ttl: 1,
      comment: 'cortex-prod',
    });
    expect(made.urls).toEqual({ admin: 'https://admin.example.com', editor: 'https://editor.example.com' });
  });

  test('keeps its token secret, which the getter does not', async () => {
    const { made } = await tunnel();
    expect(await value(made.token)).toBe('the-tunnels-token');
    expect(await pulumi.isSecret(made.token)).toBe(true);
  });

  test('without a port to lead to is refused', async () => {
    const hostnames = { admin: { hostname: 'a.example.com', port: 1 } };
    await expect(tunnel({ hostnames })).rejects.toThrow("configuration of stack 'prod': 1 problem");
  });
});

describe('Access', () => {
  test('lets people in by address, domain and group, and programs by token: a policy for each kind', async () => {
    const some = {
      emails: ['me@example.com'],
      emailDomains: ['example.com'],
      groups: ['group-id'],
      serviceTokens: ['ci'],
      sessionDuration: '8h',
    };
    const { resources } = await tunnel(guarded(some));
    expect(find(resources, 'ZeroTrustAccessPolicy admin-people')).toEqual({
      accountId: 'account',
      name: 'cortex-prod admin people',
      decision: 'allow',
      includes: [
        { email: { email: 'me@example.com' } },
        { emailDomain: { domain: 'example.com' } },
        { group: { id: 'group-id' } },
      ],
      sessionDuration: '8h',
    });
    expect(find(resources, 'ZeroTrustAccessPolicy admin-service-tokens')).toEqual({
      accountId: 'account',
      name: 'cortex-prod admin service-tokens',
      decision: 'non_identity',
      includes: [{ serviceToken: { tokenId: 'ci-service-token-id' } }],
      sessionDuration: '8h',
    });
    expect(find(resources, 'ZeroTrustAccessApplication admin-access')).toEqual({
      accountId: 'account',
      type: 'self_hosted',
      name: 'cortex-prod admin',
      domain: 'admin.example.com',
      policies: [
        { id: 'admin-people-id', precedence: 1 },
        { id: 'admin-service-tokens-id', precedence: 2 },
      ],
      httpOnlyCookieAttribute: true,
      sameSiteCookieAttribute: 'lax',
      sessionDuration: '8h',
    });
  });

  test('for programs alone refuses, rather than to show a page to log in', async () => {
    const { resources } = await tunnel(guarded({ serviceTokens: ['ci'] }));
    expect(find(resources, 'ZeroTrustAccessApplication admin-access')).toMatchObject({
      policies: [{ id: 'admin-service-tokens-id', precedence: 1 }],
      serviceAuth401Redirect: true,
    });
    expect(resources.map(key)).not.toContain('ZeroTrustAccessPolicy admin-people');
  });

  test('says nothing of a duration that nobody chose: an empty one would be a change in every preview', async () => {
    const { resources } = await tunnel(guarded({ emails: ['me@example.com'] }));
    expect(JSON.stringify(resources)).not.toContain('sessionDuration');
  });

  test('is there before the name leads anywhere, and is checked by the connector too', async () => {
    const { options, made } = await tunnel(guarded({ emails: ['me@example.com'] }));
    expect(options['DnsRecord admin-dns']?.dependsOn).toEqual(['ZeroTrustAccessApplication admin-access']);
    expect(await value(made.config)).toContain(
      ['access:', 'required: true', 'teamName: my-team', 'audTag:', '- admin-access-aud']
        .map((line, index) => `${' '.repeat([6, 8, 8, 8, 10][index] ?? 0)}${line}\n`)
        .join(''),
    );
    expect((await value(made.probe)).expected).toContain('"audTag":["admin-access-aud"]');
  });

  test('has service tokens that can be rotated, and hands them out as secrets', async () => {
    const rotated = { clientSecretVersion: 2, previousClientSecretExpiresAt: '2030-01-31T12:00:00Z' };
    const { resources, made } = await tunnel({ serviceTokens: { ci: { duration: '24h', ...rotated } } });
    expect(find(resources, 'ZeroTrustAccessServiceToken ci-service-token')).toEqual({
      accountId: 'account',
      name: 'cortex-prod ci',
      duration: '24h',
      ...rotated,
    });
    const { clientId, clientSecret } = made.serviceTokens.ci ?? {};
    expect(await pulumi.isSecret(clientId as pulumi.Output<string>)).toBe(true);
    expect(await pulumi.isSecret(clientSecret as pulumi.Output<string>)).toBe(true);
    expect(await value(clientSecret as pulumi.Output<string>)).toBe('ci-service-token-secret');
  });
});

describe('a hostname for SSH', () => {
  test('leads to the host, behind Access, and is no service’s', async () => {
    const ssh = { hostname: 'ssh.example.com', port: 22, access: access({ emails: ['me@example.com'] }) };
    const { resources, made } = await tunnel({ ssh });
    expect(find(resources, 'DnsRecord cortex-ssh-dns')).toMatchObject({ name: 'ssh.example.com' });
    expect(find(resources, 'ZeroTrustAccessApplication cortex-ssh-access')).toMatchObject({
      domain: 'ssh.example.com',
    });
    expect(await value(made.config)).toContain(
      '  - hostname: ssh.example.com\n    service: ssh://tunnel:22\n    originRequest:\n      access:\n',
    );
    expect(Object.keys(made.urls)).toEqual(['admin', 'editor']);
  });
});
