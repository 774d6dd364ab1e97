import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from '@jest/globals';
import { type Props, Secret, Unknown } from '../../../provider/rpc/value.ts';
import { cloudflare } from '../../../rehearsal/clouds/cloudflare/cloudflare.ts';
import { Store } from '../../../rehearsal/clouds/store.ts';
import { type Deployed, Engine, type FakeWorld, fakeWorld, scratch } from './fakes.ts';

const directory = scratch();
const zones = { z1: 'localhost' };
const tunnelType = 'cloudflare:index/zeroTrustTunnelCloudflared:ZeroTrustTunnelCloudflared';
const recordType = 'cloudflare:index/dnsRecord:DnsRecord';
const tokenOf = 'cloudflare:index/getZeroTrustTunnelCloudflaredToken:getZeroTrustTunnelCloudflaredToken';

let world: FakeWorld;
let store: Store;
let engine: Engine;
beforeEach(() => {
  world = fakeWorld();
  store = new Store(join(directory, `${randomUUID()}.json`));
  engine = new Engine(cloudflare(store, world.edge, zones));
});

const makeTunnel = (more: Props = {}): Promise<Deployed> =>
  engine.create(tunnelType, 'tunnel', { accountId: 'a1', name: 'cortex', configSrc: 'local', ...more });

const record = (tunnel: Deployed, more: Props = {}): Props => ({
  zoneId: 'z1',
  name: 'admin.localhost',
  type: 'CNAME',
  content: `${tunnel.id}.cfargotunnel.com`,
  proxied: true,
  ttl: 1,
  ...more,
});

describe('a tunnel', () => {
  test('has a token that leads a connector to the edge', async () => {
    const tunnel = await makeTunnel();
    const answer = await engine.invoke(tokenOf, { accountId: 'a1', tunnelId: tunnel.id });
    expect(JSON.parse(Buffer.from(String(answer?.token), 'base64').toString())).toEqual({
      a: 'a1',
      t: tunnel.id,
      s: world.secrets.get(tunnel.id),
      e: '10.0.0.1:7000',
    });
    expect(JSON.stringify(tunnel.properties)).not.toContain(world.secrets.get(tunnel.id));
    await expect(engine.invoke(tokenOf, { accountId: 'a2', tunnelId: tunnel.id })).rejects.toThrow(
      `account 'a2' has no tunnel '${tunnel.id}'`,
    );
  });

  test('is replaced when its configuration moves', async () => {
    const news = { accountId: 'a1', name: 'cortex', configSrc: 'cloudflare' };
    expect((await engine.diff(await makeTunnel(), news)).replaces).toEqual(['configSrc']);
  });

  test('tells whether it has connectors, and is not deleted while it has', async () => {
    const tunnel = await makeTunnel();
    world.connected.set(tunnel.id, 2);
    expect((await engine.read(tunnel)).properties.status).toBe('healthy');
    await expect(engine.delete(tunnel)).rejects.toThrow('active connections (2)');
    world.connected.delete(tunnel.id);
    expect((await engine.read(tunnel)).properties.status).toBe('inactive');
    await engine.delete(tunnel);
    expect(world.secrets.size).toBe(0);
  });

  test('takes a secret of its own, if it is long enough', async () => {
    const secret = Buffer.alloc(32, 7).toString('base64');
    const tunnel = await makeTunnel({ tunnelSecret: new Secret(secret) });
    expect(world.secrets.get(tunnel.id)).toBe(secret);
    await expect(makeTunnel({ tunnelSecret: new Secret('c2hvcnQ=') })).rejects.toThrow('at least 32 bytes');
    const next = Buffer.alloc(32, 8).toString('base64');
    await engine.update(tunnel, { accountId: 'a1', name: 'cortex', configSrc: 'local', tunnelSecret: next });
    expect(world.secrets.get(tunnel.id)).toBe(next);
  });

  test('is there again when the edge starts anew', async () => {
    const tunnel = await makeTunnel();
    await engine.create(recordType, 'admin', record(tunnel));
    const restarted = fakeWorld();
    cloudflare(store, restarted.edge, zones);
    expect(restarted.secrets).toEqual(world.secrets);
    expect([...restarted.routed]).toEqual([['admin.localhost', tunnel.id]]);
  });
});

describe('a record', () => {
  test('leads a hostname to a tunnel, as long as it is there', async () => {
    const tunnel = await makeTunnel();
    const admin = await engine.create(recordType, 'admin', record(tunnel));
    expect([...world.routed]).toEqual([['admin.localhost', tunnel.id]]);
    const moved = await engine.update(admin, record(tunnel, { name: 'www' }));
    expect([...world.routed]).toEqual([['www.localhost', tunnel.id]]);
    await engine.delete(moved);
    expect([...world.routed]).toEqual([]);
  });

  test('excludes another of its host', async () => {
    const tunnel = await makeTunnel();
    await engine.create(recordType, 'admin', record(tunnel));
    await expect(engine.create(recordType, 'again', record(tunnel, { name: 'admin' }))).rejects.toThrow(
      '81053',
    );
    await engine.create(recordType, 'txt', {
      zoneId: 'z1',
      name: 'admin',
      type: 'TXT',
      content: 'x',
      ttl: 300,
    });
  });

  test('is in a zone that is there', async () => {
    const tunnel = await makeTunnel();
    await expect(engine.create(recordType, 'admin', record(tunnel, { zoneId: 'z2' }))).rejects.toThrow(
      "there is no zone 'z2': there are localhost (z1)",
    );
    expect(await engine.invoke('cloudflare:index/getZone:getZone', { zoneId: 'z1' })).toMatchObject({
      name: 'localhost',
    });
    expect(
      await engine.invoke('cloudflare:index/getZone:getZone', { filter: { name: 'localhost' } }),
    ).toMatchObject({
      zoneId: 'z1',
    });
  });

  test.each<[Props, string]>([
    [{ ttl: 300 }, 'a record that is proxied has ttl 1'],
    [{ proxied: false, ttl: 30 }, 'ttl: ttl is 30; expected 1 (automatic) or 60 to 86400'],
    [{ type: 'cname' }, "type: found 'cname'"],
  ])('refuses %j', async (more, reason) => {
    const reasons = await engine.reasons(recordType, record(await makeTunnel(), more));
    expect(reasons.join('\n')).toContain(reason);
  });

  test('waits in a preview for what is unknown', async () => {
    const inputs: Props = {
      zoneId: 'z1',
      name: 'a',
      type: 'CNAME',
      content: Unknown,
      proxied: true,
      ttl: Unknown,
    };
    expect(await engine.reasons(recordType, inputs)).toEqual([]);
  });
});

const application = 'cloudflare:index/zeroTrustAccessApplication:ZeroTrustAccessApplication';
const policy = 'cloudflare:index/zeroTrustAccessPolicy:ZeroTrustAccessPolicy';
const serviceToken = 'cloudflare:index/zeroTrustAccessServiceToken:ZeroTrustAccessServiceToken';
const rotated = { clientSecretVersion: 2, previousClientSecretExpiresAt: '2030-01-31T12:00:00Z' };

const team: Props = {
  accountId: 'a1',
  name: 'team',
  decision: 'allow',
  includes: [{ emailDomain: { domain: 'example.com' } }],
};
const admin: Props = { accountId: 'a1', name: 'admin', type: 'self_hosted', domain: 'admin.localhost' };
const ci: Props = { accountId: 'a1', name: 'ci' };

describe('access', () => {
  test('an application has an audience, and policies that are there', async () => {
    const people = await engine.create(policy, 'team', team);
    const made = await engine.create(application, 'admin', {
      ...admin,
      policies: [{ id: people.id, precedence: 1 }],
    });
    expect(made.properties.aud).toMatch(/^[0-9a-f]{64}$/);
    await expect(engine.delete(people)).rejects.toThrow('is in use');
    await expect(engine.create(application, 'x', { ...admin, policies: [{ id: 'none' }] })).rejects.toThrow(
      "'none'",
    );
  });

  test('is enforced at the edge from when it is made, with the secrets of its tokens, until it is gone', async () => {
    const token = await engine.create(serviceToken, 'ci', ci);
    const programs = await engine.create(policy, 'programs', {
      ...team,
      decision: 'non_identity',
      includes: [{ serviceToken: { tokenId: token.id } }],
    });
    const made = await engine.create(application, 'admin', {
      ...admin,
      policies: [{ id: programs.id, precedence: 1 }],
      serviceAuth401Redirect: true,
    });
    const { clientId, clientSecret } = token.properties;
    expect(world.guarded.get('admin.localhost')).toEqual({
      hostname: 'admin.localhost',
      authDomain: 'rehearsal.cloudflareaccess.com',
      aud: made.properties.aud,
      refuses: true,
      credentials: [{ clientId, clientSecret, expires: Number.MAX_SAFE_INTEGER }],
    });
    await expect(engine.delete(token)).rejects.toThrow('is in use');

    const next = await engine.update(token, { ...ci, ...rotated });
    expect(next.properties.clientId).toBe(clientId);
    expect(next.properties.clientSecret).not.toBe(clientSecret);
    expect(world.guarded.get('admin.localhost')?.credentials).toEqual([
      { clientId, clientSecret: next.properties.clientSecret, expires: Number.MAX_SAFE_INTEGER },
      { clientId, clientSecret, expires: Date.parse('2030-01-31T12:00:00Z') },
    ]);
    const renamed = await engine.update(next, { ...ci, ...rotated, name: 'other' });
    expect(renamed.properties.clientSecret).toBe(next.properties.clientSecret);

    const restarted = fakeWorld();
    cloudflare(store, restarted.edge, zones);
    expect(restarted.guarded).toEqual(world.guarded);
    await engine.delete(made);
    expect(world.guarded.size).toBe(0);
  });

  test('has a domain for the account', async () => {
    const token = 'cloudflare:index/getZeroTrustOrganization:getZeroTrustOrganization';
    expect(await engine.invoke(token, { accountId: 'a1' })).toMatchObject({
      authDomain: 'rehearsal.cloudflareaccess.com',
    });
    await expect(engine.invoke(token, {})).rejects.toThrow("exactly one of 'accountId' and 'zoneId'");
  });

  test('is for names of the account’s own zones', async () => {
    await expect(engine.create(application, 'x', { ...admin, domain: 'admin.example.com' })).rejects.toThrow(
      "domain 'admin.example.com' does not belong to zone",
    );
  });

  test.each<[string, string, Props, string]>([
    ['a token', serviceToken, { ...ci, zoneId: 'z1' }, "accountId: exactly one of 'accountId' and 'zoneId'"],
    ['a token', serviceToken, { accountId: 'a1' }, 'name: missing'],
    ['a token', serviceToken, { ...ci, duration: '1y' }, "duration: found '1y', expected a duration"],
    ['a token', serviceToken, { ...ci, duration: '' }, "duration: found ''"],
    [
      'a token',
      serviceToken,
      { ...ci, clientSecretVersion: 2 },
      "clientSecretVersion: needs 'previousClientSecretExpiresAt' beside it",
    ],
    [
      'a token',
      serviceToken,
      { ...ci, previousClientSecretExpiresAt: '2030-01-31T12:00:00Z' },
      "previousClientSecretExpiresAt: needs 'clientSecretVersion' beside it",
    ],
    [
      'a token',
      serviceToken,
      { ...ci, ...rotated, previousClientSecretExpiresAt: 'soon' },
      "previousClientSecretExpiresAt: found 'soon'",
    ],
    [
      'a policy',
      policy,
      { ...team, decision: 'nonIdentity' },
      "decision: found 'nonIdentity', expected one of allow, deny, non_identity, bypass",
    ],
    ['a policy', policy, { ...team, includes: [] }, 'includes: a policy needs at least one rule here'],
    [
      'a policy',
      policy,
      { ...team, includes: [{ email: { email: 'a@b.c' }, group: { id: 'g' } }] },
      'includes[0]: a rule has one selector, found email and group',
    ],
    ['a policy', policy, { ...team, excludes: [{}] }, 'excludes[0]: a rule has one selector, found none'],
    ['a policy', policy, { ...team, sessionDuration: '' }, "sessionDuration: found ''"],
    ['a policy', policy, { ...team, include: [] }, "include: no such property; did you mean 'includes'?"],
    ['an application', application, { ...admin, zoneId: 'z1' }, "exactly one of 'accountId' and 'zoneId'"],
    ['an application', application, { ...admin, type: 'selfHosted' }, "type: found 'selfHosted'"],
    [
      'an application',
      application,
      { accountId: 'a1', type: 'self_hosted' },
      "domain: a self_hosted application needs 'domain' or 'destinations'",
    ],
    ['an application', application, { ...admin, sessionDuration: 'a day' }, "sessionDuration: found 'a day'"],
    [
      'an application',
      application,
      { ...admin, sameSiteCookieAttribute: 'Lax' },
      "sameSiteCookieAttribute: found 'Lax', expected one of none, lax, strict",
    ],
    [
      'an application',
      application,
      { ...admin, optionsPreflightBypass: true, corsHeaders: {} },
      "optionsPreflightBypass: excluded by 'corsHeaders'",
    ],
    [
      'an application',
      application,
      { ...admin, autoRedirectToIdentity: true, allowedIdps: ['a', 'b'] },
      "autoRedirectToIdentity: needs exactly one of 'allowedIdps'",
    ],
    [
      'an application',
      application,
      {
        ...admin,
        policies: [
          { id: 'p', precedence: 1 },
          { id: 'q', precedence: 1 },
        ],
      },
      'policies[1].precedence: 1 is taken',
    ],
  ])('%s of type %s refuses %j', async (_what, type, inputs, reason) => {
    expect(await engine.reasons(type, inputs)).toEqual([expect.stringContaining(reason)]);
  });

  test.each([
    ['a token', serviceToken, ci],
    ['a policy', policy, team],
    ['an application', application, admin],
  ])(
    '%s moves to another account by being made anew, and changes its name in place',
    async (_what, type, inputs) => {
      const made = await engine.create(type, 'x', inputs);
      expect((await engine.diff(made, { ...inputs, accountId: 'a2' })).replaces).toEqual(['accountId']);
      expect((await engine.diff(made, { ...inputs, name: 'other' })).replaces).toEqual([]);
    },
  );
});
