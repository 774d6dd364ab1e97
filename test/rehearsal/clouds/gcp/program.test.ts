import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { beforeEach, describe, expect, jest, test } from '@jest/globals';
import * as pulumi from '@pulumi/pulumi';
import { machineFor } from '../../../../components/machine.ts';
import { Monitoring } from '../../../../components/monitoring.ts';
import { Registry } from '../../../../components/registry.ts';
import { withSecrets } from '../../../../components/secrets.ts';
import { parseConfig } from '../../../../config/parse.ts';
import type { Config } from '../../../../config.ts';
import { type Props, reveal, Secret } from '../../../../provider/rpc/value.ts';
import { gcp } from '../../../../rehearsal/clouds/gcp/gcp.ts';
import { Store } from '../../../../rehearsal/clouds/store.ts';
import { declared, hostKey, key, type MockedCloud } from '../../../components/mocks.ts';
import { sealed } from '../../../components/simulated.ts';
import { rawConfig } from '../../../stackConfig.ts';
import { type Deployed, Engine, type FakeWorld, fakeWorld, scratch } from '../fakes.ts';

// The program against the simulated Google Cloud, in one process: every combination of what can be configured.

const directory = scratch();

jest.setTimeout(30_000);

beforeEach(() => {
  jest.spyOn(pulumi.log, 'info').mockResolvedValue(undefined);
  jest.spyOn(pulumi.log, 'warn').mockResolvedValue(undefined);
});

interface Simulated extends MockedCloud {
  engine: Engine;
  world: FakeWorld;
  /** by logical name */
  deployed: Map<string, Deployed>;
}

function simulated(): Simulated {
  const world = fakeWorld();
  const engine = new Engine(gcp(new Store(join(directory, `${randomUUID()}.json`)), world));
  const deployed = new Map<string, Deployed>();
  return {
    engine,
    world,
    deployed,
    async create({ type, name, inputs }) {
      if (!type.startsWith('gcp:')) return undefined;
      const made = await engine.create(type, name, sealed(inputs) as Props);
      deployed.set(key({ type, name, inputs }), made);
      return { id: made.id, state: reveal(made.properties) as Record<string, unknown> };
    },
    async invoke(token, inputs) {
      return token.startsWith('gcp:') ? await engine.invoke(token, sealed(inputs) as Props) : undefined;
    },
  };
}

interface Options {
  egress: string;
  login: string;
  operators: string[];
  deletionProtection: boolean;
  alerts: boolean;
  secretsFrom: string;
  tunnel: 'none' | 'public' | 'guarded';
}

function config(options: Options, host: Record<string, unknown> = {}, stack = 'prod'): Config {
  const { egress, login, operators, deletionProtection, alerts, secretsFrom, tunnel } = options;
  const logins: Record<string, Record<string, unknown>> = {
    declared: { login: 'key', publicKey: hostKey },
    generated: { login: 'key' },
    osLogin: { login: 'osLogin', user: 'jane_example_com' },
  };
  const id = '0123456789abcdef0123456789abcdef';
  const emails = ['me@example.com'];
  const open = { hostname: 'admin.example.com', public: true };
  const hostnames = {
    none: undefined,
    public: { 'cortex-admin': open },
    guarded: {
      'cortex-admin': { ...open, public: undefined, access: { emails, serviceTokens: ['monitoring'] } },
      'cortex-editor': { hostname: 'editor.example.com', access: { emails } },
    },
  }[tunnel];
  const parsed = parseConfig({
    stack,
    raw: rawConfig({
      'cortex:host': {
        kind: 'gcp',
        project: 'my-project',
        zone: 'europe-west1-b',
        egress,
        operators,
        deletionProtection,
        ...logins[login],
        ...host,
      },
      'cortex:secretsFrom': secretsFrom,
      ...(secretsFrom === 'secretManager' && { 'cortex:secretVersions': { TOKEN: 1, OTHER: 'latest' } }),
      ...(alerts && { 'cortex:alerts': { email: 'ops@example.com' } }),
      ...(hostnames && {
        'cortex:tunnel': { accountId: id, zoneId: id, hostnames, serviceTokens: { monitoring: {} } },
      }),
    }),
    encrypted: [],
    file: {},
    services: { 'cortex-admin': { profiles: [] }, 'cortex-editor': { profiles: [] } },
    environment: {},
  });
  return {
    ...parsed,
    secrets: {},
    registries: pulumi.secret<Config['registries'] extends pulumi.Output<infer T> ? T : never>({}),
  };
}

/** What index.ts makes on Google Cloud. */
async function deploy(chosen: Config, cloud: Simulated) {
  const secrets: Record<string, string> = {};
  const { stack } = chosen;
  const resources = await declared(
    () => {
      const withValues = withSecrets('cortex', chosen);
      for (const [name, value] of Object.entries(withValues.secrets))
        value.apply((found) => {
          secrets[name] = found;
        });
      const { cloud: vm } = machineFor('cortex', withValues);
      if (!vm) throw new Error('no VM was made');
      new Registry('cortex', vm);
      const { alerts, tunnel } = chosen;
      const half = (value: string) => pulumi.secret(value);
      const serviceTokens = { monitoring: { clientId: half('an id'), clientSecret: half('a secret') } };
      if (alerts) new Monitoring('cortex', { vm, alerts, tunnel, ...(tunnel && { serviceTokens }) });
    },
    { cloud, stack },
  );
  return { resources, secrets };
}

/** What an operator puts into Secret Manager before the first `up`. */
async function storeSecrets({ engine }: Simulated): Promise<void> {
  for (const name of ['TOKEN', 'OTHER']) {
    const replication = { auto: {} };
    const secretId = `cortex-prod-${name}`;
    const secret = await engine.create('gcp:secretmanager/secret:Secret', name, {
      project: 'my-project',
      secretId,
      replication,
    });
    for (const version of ['first', 'second'])
      await engine.create('gcp:secretmanager/secretVersion:SecretVersion', `${name}-${version}`, {
        secret: secret.id,
        secretData: new Secret(`${name} ${version}`),
      });
  }
}

const plain: Options = {
  egress: 'nat',
  login: 'declared',
  operators: [],
  deletionProtection: true,
  alerts: true,
  secretsFrom: 'config',
  tunnel: 'public',
};

/** A protected VM is one property and no other resource: every other combination has it. */
const choices: { [K in keyof Omit<Options, 'deletionProtection'>]: Options[K][] } = {
  egress: ['nat', 'externalIp'],
  login: ['declared', 'generated', 'osLogin'],
  operators: [[], ['user:jane@example.com', 'group:ops@example.com']],
  alerts: [true, false],
  secretsFrom: ['config', 'secretManager'],
  tunnel: ['none', 'public', 'guarded'],
};

/** Every way to choose one of each. */
const combinations = Object.entries(choices)
  .reduce<Partial<Options>[]>(
    (found, [name, values]) =>
      found.flatMap((chosen) => (values as unknown[]).map((value) => ({ ...chosen, [name]: value }))),
    [{}],
  )
  .map((chosen, index) => ({ ...chosen, deletionProtection: index % 2 === 0 }) as Options);

test('the combinations are all of them', () => {
  expect(combinations).toHaveLength(2 * 3 * 2 * 2 * 2 * 3);
});

describe('Google Cloud takes the program', () => {
  test.each(combinations)('%j', async (options) => {
    const cloud = simulated();
    if (options.secretsFrom === 'secretManager') await storeSecrets(cloud);
    const { resources, secrets } = await deploy(config(options), cloud);

    const named = resources.map(key);
    expect(named.includes('RouterNat cortex-nat')).toBe(options.egress === 'nat');
    expect(named.filter((each) => each.startsWith('TunnelInstanceIAMMember'))).toHaveLength(
      options.operators.length,
    );
    expect(named.filter((each) => each.startsWith('InstanceIAMMember'))).toHaveLength(
      options.login === 'osLogin' ? options.operators.length : 0,
    );
    const watched = options.alerts && options.tunnel !== 'none';
    expect(named.includes('AlertPolicy cortex-tunnel-down')).toBe(watched);
    // behind Access with a token only; nobody could answer for the other
    expect(named.filter((each) => each.startsWith('UptimeCheckConfig'))).toEqual(
      watched ? ['UptimeCheckConfig cortex-cortex-admin'] : [],
    );
    expect(named.includes('OsPolicyAssignment cortex-ops-agent')).toBe(options.alerts);
    expect(secrets).toEqual(
      options.secretsFrom === 'config' ? {} : { TOKEN: 'TOKEN first', OTHER: 'OTHER second' },
    );
    // a public address only where it was chosen, and never a way in but IAP's
    expect(cloud.world.machines.get('cortex-prod')?.networkInterfaces[0]?.publicIp).toBe(
      options.egress === 'externalIp',
    );
    expect(named.filter((each) => each.startsWith('Firewall'))).toEqual(['Firewall cortex-ssh']);
  });
});

describe('a stack of the longest name that is allowed', () => {
  test('has names that Google takes', async () => {
    const stack = 'a-twenty-letter-name';
    const cloud = simulated();
    await deploy(config(plain, {}, stack), cloud);
    expect(stack).toHaveLength(20);
    expect(cloud.world.machines.has(`cortex-${stack}`)).toBe(true);
  });
});

describe('Secret Manager', () => {
  test('must have the version before the first up', async () => {
    const cloud = simulated();
    await expect(
      cloud.engine.invoke('gcp:secretmanager/getSecretVersionAccess:getSecretVersionAccess', {
        project: 'my-project',
        secret: 'cortex-prod-TOKEN',
        version: '1',
      }),
    ).rejects.toThrow('Secret [projects/my-project/secrets/cortex-prod-TOKEN] not found');
    await storeSecrets(cloud);
    await expect(
      cloud.engine.invoke('gcp:secretmanager/getSecretVersionAccess:getSecretVersionAccess', {
        project: 'my-project',
        secret: 'cortex-prod-TOKEN',
        version: '7',
      }),
    ).rejects.toThrow('versions/7] not found');
  });
});

describe('a change', () => {
  /** What a change of the host does to each resource: an update, a replacement, or nothing. */
  async function change(
    before: Record<string, unknown>,
    after: Record<string, unknown>,
    egress = ['nat', 'nat'],
  ) {
    const cloud = simulated();
    await deploy(config({ ...plain, egress: egress[0] ?? '' }, before), cloud);
    const next = await declaredInputs(config({ ...plain, egress: egress[1] ?? '' }, after));
    const changes: Record<string, string> = {};
    for (const [name, deployed] of cloud.deployed) {
      const news = next.get(name);
      if (!news) {
        changes[name] = 'deleted';
        continue;
      }
      const { changes: differs, replaces = [] } = await cloud.engine.diff(deployed, news);
      if (differs) changes[name] = replaces.length > 0 ? `replaced: ${replaces.join(', ')}` : 'updated';
    }
    return { changes, cloud, next };
  }

  /** The inputs of a program whose resources exist already. */
  async function declaredInputs(chosen: Config): Promise<Map<string, Props>> {
    const other = simulated();
    await deploy(chosen, other);
    return new Map([...other.deployed].map(([name, { inputs }]) => [name, withoutOwn(inputs)]));
  }

  /** Ids that each cloud gives out anew are no change. */
  function withoutOwn(inputs: Props): Props {
    const { __defaults: _, ...rest } = inputs;
    return rest;
  }

  const own = /^(AlertPolicy|Metric) /;
  const outcome = ({ changes }: { changes: Record<string, string> }) =>
    Object.fromEntries(Object.entries(changes).filter(([name]) => !own.test(name)));

  test('of nothing changes nothing', async () => {
    expect(outcome(await change({}, {}))).toEqual({});
  });

  test('of the boot disk replaces the VM and keeps the data disk, which the next VM gets', async () => {
    const { changes, cloud, next } = await change(
      { deletionProtection: false },
      { deletionProtection: false, bootDiskGb: 30 },
    );
    expect(outcome({ changes })).toEqual({
      'Instance cortex-vm': 'replaced: bootDisk.initializeParams.size',
    });
    const vm = cloud.deployed.get('Instance cortex-vm') as Deployed;
    await cloud.engine.delete(vm);
    expect(cloud.world.volumes.get('cortex-prod-data')).toBe(20);
    await cloud.engine.create(vm.type, vm.name, next.get('Instance cortex-vm') as Props);
    expect(cloud.world.machines.get('cortex-prod')?.attachedDisks).toEqual([
      { name: 'cortex-prod-data', deviceName: 'data', sizeGb: 20, readOnly: false },
    ]);
  });

  test('of the boot disk is refused while the VM is protected', async () => {
    const { changes, cloud } = await change({}, { bootDiskGb: 30 });
    expect(outcome({ changes })).toHaveProperty(['Instance cortex-vm']);
    await expect(cloud.engine.delete(cloud.deployed.get('Instance cortex-vm') as Deployed)).rejects.toThrow(
      'deletionProtection',
    );
  });

  test('of the machine type is an update', async () => {
    expect(outcome(await change({}, { machineType: 'e2-standard-2' }))).toEqual({
      'Instance cortex-vm': 'updated',
    });
  });

  test('of the data disk’s size is an update, and a smaller one another disk, which is protected', async () => {
    expect(outcome(await change({}, { dataDiskGb: 40 }))).toEqual({ 'Disk cortex-data': 'updated' });
    expect(outcome(await change({ dataDiskGb: 40 }, {}))).toEqual({ 'Disk cortex-data': 'replaced: size' });
  });

  test('of the way out is an update of the VM', async () => {
    expect(outcome(await change({}, {}, ['nat', 'externalIp']))).toEqual({
      'Instance cortex-vm': 'updated',
      'Router cortex-router': 'deleted',
      'RouterNat cortex-nat': 'deleted',
    });
  });

  test('of the login, the key, the snapshots and the protection is an update', async () => {
    const changed = { publicKey: `${hostKey} other`, snapshotDays: 3, deletionProtection: false };
    expect(outcome(await change({}, changed))).toEqual({
      'Instance cortex-vm': 'updated',
      'ResourcePolicy cortex-snapshots': 'updated',
    });
  });
});
