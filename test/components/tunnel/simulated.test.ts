import { join } from 'node:path';
import { expect, jest, test } from '@jest/globals';
import { parse } from 'yaml';
import { CloudflareTunnel } from '../../../components/tunnel.ts';
import type { Access } from '../../../config/access.ts';
import { parseConfig } from '../../../config/parse.ts';
import type { TunnelConfig } from '../../../config/tunnel.ts';
import { cloudflare } from '../../../rehearsal/clouds/cloudflare/cloudflare.ts';
import { Store } from '../../../rehearsal/clouds/store.ts';
import { load } from '../../compose/file.ts';
import { Engine, type FakeWorld, fakeWorld, scratch } from '../../rehearsal/clouds/fakes.ts';
import { rawConfig } from '../../stackConfig.ts';
import { value } from '../mocks.ts';
import { deploy } from '../simulated.ts';

jest.setTimeout(60_000);
const directory = scratch();
const group = 'f174e90a-fafe-4643-bbbc-4a0ed4fc8415';
const rotation = { clientSecretVersion: 2, previousClientSecretExpiresAt: '2030-01-31T12:00:00Z' };

const compose = `services:
  web: {image: "team/web:1", expose: ["8000"]}
  api: {image: "team/api:1", expose: ["9000"]}
  tunnel: {image: "cloudflare/cloudflared:1", configs: [tunnel-config]}
configs: {tunnel-config: {external: true}}
`;
const { services: specs } = load(compose, { supplied: { secrets: [], configs: ['tunnel-config'] } });
const known = { web: { profiles: [] }, api: { profiles: [] }, tunnel: { profiles: ['tunnel'] } };

/** Each option of cortex:tunnel, and the ways in which it can be used. */
const kinds: Partial<Access>[] = [
  { emails: ['me@example.com'] },
  { emailDomains: ['example.com'] },
  { groups: [group] },
  { serviceTokens: ['ci'] },
];
const who = [
  { public: true },
  // each set of kinds
  ...Array.from({ length: 2 ** kinds.length - 1 }, (_, bits) => ({
    access: Object.assign({}, ...kinds.filter((_kind, index) => ((bits + 1) >> index) & 1)),
  })),
];
const sessions = [{}, { sessionDuration: '8h' }];
const origins = [undefined, { connectTimeout: '5s', httpHostHeader: 'localhost', keepAliveConnections: 10 }];
const tokens = [{}, { duration: 'forever' }, { duration: '24h', ...rotation }];
const ssh = [undefined, { hostname: 'ssh.localhost', access: { emails: ['me@example.com'] } }];

interface Combination {
  /** of the account and of the zone */
  id: string;
  tunnel: TunnelConfig;
}

function combinations(): Combination[] {
  const all = who.flatMap((open) =>
    ('access' in open ? sessions : [{}]).flatMap((session) =>
      tokens.flatMap((ci) => ssh.map((way) => ({ open, session, ci, way }))),
    ),
  );
  return all.map((each, index) => {
    const id = index.toString(16).padStart(32, '0');
    // cloudflared's own: the cloud never sees it
    return { id, tunnel: configured({ ...each, origin: origins[index % 2] }, id) };
  });
}

interface Choices {
  open: object;
  session: object;
  origin: object | undefined;
  ci: object;
  way: object | undefined;
}

/** As the stack's file would say it, through the reader of stack files. */
function configured({ open, session, ci, way, origin }: Choices, id: string): TunnelConfig {
  const web = 'access' in open ? { access: { ...(open.access as object), ...session } } : open;
  const tunnel = {
    accountId: id,
    zoneId: id,
    hostnames: {
      web: { hostname: 'web.localhost', ...web, ...(origin && { origin }) },
      api: { hostname: 'api.localhost', public: true },
    },
    serviceTokens: { ci },
    ...(way && { ssh: way }),
  };
  const host = {
    kind: 'ssh',
    user: 'root',
    address: '203.0.113.7',
    hostKey: `ssh-ed25519 ${'A'.repeat(68)}`,
  };
  const raw = rawConfig({ 'cortex:host': host, 'cortex:tunnel': tunnel });
  const sources = { stack: 'prod', encrypted: [], file: {}, services: known, environment: {} };
  return parseConfig({ ...sources, raw }).tunnel as TunnelConfig;
}

interface Account extends Combination {
  world: FakeWorld;
  store: Store;
  engine: Engine;
  made?: CloudflareTunnel;
}

/** An account of its own for each combination, all filled by one program. */
async function fill(combinations: Combination[]): Promise<Account[]> {
  const accounts = new Map(
    combinations.map((each): [string, Account] => {
      const world = fakeWorld();
      const store = new Store(join(directory, `${each.id}.json`));
      const engine = new Engine(cloudflare(store, world.edge, { [each.id]: 'localhost' }));
      return [each.id, { ...each, world, store, engine }];
    }),
  );
  const cloudOf = (_token: string, { accountId, zoneId }: Record<string, unknown>) =>
    accounts.get(String(accountId ?? zoneId))?.engine as Engine;
  await deploy(cloudOf, () => {
    for (const account of accounts.values())
      account.made = new CloudflareTunnel('cortex', { stack: 'prod', tunnel: account.tunnel, specs });
  });
  return [...accounts.values()];
}

test('the cloud takes every combination of options, and the connector checks what the edge signs', async () => {
  const accounts = await fill(combinations());
  expect(accounts).toHaveLength((1 + 2 * 15) * 3 * 2);
  for (const { tunnel, world, made } of accounts) {
    const { access } = tunnel.hostnames.web ?? {};
    const names = ['web.localhost', 'api.localhost', ...(tunnel.ssh ? ['ssh.localhost'] : [])];
    const behind = names.filter((name) => name.startsWith('ssh') || (name.startsWith('web') && access));
    expect(new Set(world.routed.keys())).toEqual(new Set(names));
    expect(new Set(world.guarded.keys())).toEqual(new Set(behind));
    expect(world.guarded.get('web.localhost')?.credentials ?? []).toHaveLength(
      access?.serviceTokens.length ?? 0,
    );

    const { ingress } = parse(await value((made as CloudflareTunnel).config));
    const checked = ingress.map((rule: { hostname: string; originRequest?: { access?: object } }) => [
      rule.hostname,
      rule.originRequest?.access,
    ]);
    const signed = names.map((name) => {
      const aud = world.guarded.get(name)?.aud;
      return [name, aud && { required: true, teamName: 'rehearsal', audTag: [aud] }];
    });
    expect(checked).toEqual([...signed, [undefined, undefined]]);
  }
});

test('what the cloud refuses fails the program, and says why', async () => {
  const [combination] = combinations();
  const tunnel = combination?.tunnel as TunnelConfig;
  const access = { emails: ['me@example.com'], emailDomains: [], groups: [], serviceTokens: [] };
  const elsewhere = { ...tunnel, hostnames: { web: { hostname: 'web.elsewhere.example', access } } };
  await expect(fill([{ id: tunnel.accountId, tunnel: elsewhere }])).rejects.toThrow(
    'does not belong to zone',
  );
});
