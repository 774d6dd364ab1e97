import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { expect } from '@jest/globals';
import { type Props, reveal } from '../../provider/rpc/value.ts';
import { cloudflare } from '../../rehearsal/clouds/cloudflare/cloudflare.ts';
import { docker } from '../../rehearsal/clouds/docker/docker.ts';
import { gcp } from '../../rehearsal/clouds/gcp/gcp.ts';
import { Store } from '../../rehearsal/clouds/store.ts';
import { hostKey, key, type MockedCloud } from '../components/mocks.ts';
import { sealed } from '../components/simulated.ts';
import { program, token } from '../program.ts';
import { Engine, type FakeWorld, fakeWorld, scratch } from '../rehearsal/clouds/fakes.ts';
import { stackFile } from '../stackConfig.ts';
import type { Options } from './options.ts';

const directory = scratch();
const zone = '00000000000000000000000000000000';
const access = { emailDomains: ['example.com'] };

function config(chosen: Options): Record<string, unknown> {
  const { publicKey: _, ...host } = stackFile('prod')['cortex:host'] as Record<string, unknown>;
  const logins = {
    declared: { publicKey: hostKey },
    generated: {},
    osLogin: { login: 'osLogin', user: 'jane_example_com', operators: ['user:jane@example.com'] },
  };
  const admin = {
    public: { public: true },
    people: { access },
    token: { access: { ...access, serviceTokens: ['monitoring'] } },
  };
  return {
    'cortex:host': { ...host, egress: chosen.egress, ...logins[chosen.login] },
    'cortex:secretsFrom': chosen.secretsFrom,
    ...(chosen.secretsFrom === 'secretManager' && {
      'cortex:secrets': {},
      'cortex:secretVersions': { TELEGRAM_BOT_TOKEN: 1 },
    }),
    'cortex:tunnel': {
      accountId: zone,
      zoneId: zone,
      replicas: chosen.replicas,
      hostnames: { 'cortex-admin': { hostname: 'admin.example.com', ...admin[chosen.admin] } },
      serviceTokens: { monitoring: {} },
      ...(chosen.ssh && { ssh: { hostname: 'ssh.example.com', access } }),
    },
    'cortex:images': { pin: chosen.pin },
    'cortex:alerts': chosen.alerts ? { email: 'me@example.com' } : {},
  };
}

async function clouds(): Promise<{ cloud: MockedCloud; world: FakeWorld }> {
  const world = fakeWorld();
  const store = () => new Store(join(directory, `${randomUUID()}.json`));
  const engines: Record<string, Engine> = {
    gcp: new Engine(gcp(store(), world)),
    cloudflare: new Engine(cloudflare(store(), world.edge, { [zone]: 'example.com' })),
    docker: new Engine(docker(store(), async () => `sha256:${'ab'.repeat(32)}`)),
  };
  const engineOf = (of: string) => engines[of.split(':')[0] ?? ''];
  // what an operator puts there before the first `up`
  const project = 'cortex-production';
  const secret = await engines.gcp?.create('gcp:secretmanager/secret:Secret', 'token', {
    project,
    secretId: 'cortex-prod-TELEGRAM_BOT_TOKEN',
    replication: { auto: {} },
  });
  await engines.gcp?.create('gcp:secretmanager/secretVersion:SecretVersion', 'token', {
    secret: secret?.id ?? '',
    secretData: token,
  });
  const cloud: MockedCloud = {
    async create({ type, name, inputs }) {
      const made = await engineOf(type)?.create(type, name, sealed(inputs) as Props);
      return made && { id: made.id, state: reveal(made.properties) as Record<string, unknown> };
    },
    invoke: async (of, inputs) => await engineOf(of)?.invoke(of, sealed(inputs) as Props),
  };
  return { cloud, world };
}

/** Runs the whole program against all simulated clouds at once: they take it, and it is what was chosen. */
export async function expectTaken(chosen: Options): Promise<void> {
  const { cloud, world } = await clouds();
  const { resources } = await program('prod', config(chosen), cloud);
  const instances = resources.filter(({ type }) => type === 'containerhost:index:Instance');
  expect(instances.filter(({ name }) => name.startsWith('cortex-tunnel'))).toHaveLength(chosen.replicas);
  const engine = instances.find(({ name }) => name === 'cortex-engine');
  expect(engine?.inputs).toMatchObject({
    secrets: { value: { 'telegram-bot-token': token } },
    spec: { image: expect.stringMatching(chosen.pin ? /@sha256:/ : /:1\.4\.2$/) },
  });
  expect(world.machines.get('cortex-prod')?.networkInterfaces[0]?.publicIp).toBe(
    chosen.egress === 'externalIp',
  );
  expect([...world.guarded.keys()].sort()).toEqual([
    ...(chosen.admin === 'public' ? [] : ['admin.example.com']),
    ...(chosen.ssh ? ['ssh.example.com'] : []),
  ]);
  // nobody else can ask through Access
  const watched = chosen.alerts && chosen.admin !== 'people';
  expect(resources.map(key).includes('UptimeCheckConfig cortex-cortex-admin')).toBe(watched);
}
