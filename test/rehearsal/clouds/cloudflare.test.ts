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

describe('access', () => {
  const application = 'cloudflare:index/zeroTrustAccessApplication:ZeroTrustAccessApplication';
  const policy = 'cloudflare:index/zeroTrustAccessPolicy:ZeroTrustAccessPolicy';

  test('an application has an audience, and policies that are there', async () => {
    const team = await engine.create(policy, 'team', {
      accountId: 'a1',
      name: 'team',
      decision: 'non_identity',
      includes: [{ emailDomain: { domain: 'example.com' } }],
    });
    const inputs = { accountId: 'a1', name: 'admin', type: 'self_hosted', domain: 'admin.localhost' };
    const admin = await engine.create(application, 'admin', {
      ...inputs,
      policies: [{ id: team.id, precedence: 1 }],
    });
    expect(admin.properties.aud).toMatch(/^[0-9a-f]{64}$/);
    await expect(engine.delete(team)).rejects.toThrow('is in use');
    await expect(engine.create(application, 'x', { ...inputs, policies: [{ id: 'none' }] })).rejects.toThrow(
      "'none'",
    );
  });

  test('the API’s spelling of a decision, not that of the documentation', async () => {
    const reasons = await engine.reasons(policy, { accountId: 'a1', name: 'n', decision: 'nonIdentity' });
    expect(reasons).toEqual([
      "decision: found 'nonIdentity', expected one of allow, deny, non_identity, bypass",
    ]);
  });

  test('an account or a zone, not both', async () => {
    const reasons = await engine.reasons(application, {
      accountId: 'a1',
      zoneId: 'z1',
      type: 'self_hosted',
      domain: 'd',
    });
    expect(reasons).toEqual(["accountId: exactly one of 'accountId' and 'zoneId' is needed"]);
  });
});
