import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from '@jest/globals';
import { type Props, Secret, Unknown } from '../../../provider/rpc/value.ts';
import { gcp } from '../../../rehearsal/clouds/gcp/gcp.ts';
import { Store } from '../../../rehearsal/clouds/store.ts';
import { type Deployed, Engine, type FakeWorld, fakeWorld, scratch } from './fakes.ts';

const directory = scratch();
const config = { project: 'p', region: 'europe-west1', zone: 'europe-west1-b' };
const [networkType, subnetType, instanceType, diskType] = [
  'gcp:compute/network:Network',
  'gcp:compute/subnetwork:Subnetwork',
  'gcp:compute/instance:Instance',
  'gcp:compute/disk:Disk',
] as const;

let world: FakeWorld;
let store: Store;
let engine: Engine;
beforeEach(() => {
  world = fakeWorld();
  store = new Store(join(directory, `${randomUUID()}.json`));
  engine = new Engine(gcp(store, world), config);
});

async function machine(more: Props = {}): Promise<Deployed> {
  return await engine.create(instanceType, 'vm', await machineInputs(more));
}

async function machineInputs(more: Props = {}): Promise<Props> {
  const disks = store.list(diskType);
  const data = disks[0]?.id ?? (await engine.create(diskType, 'data', { name: 'data', size: 10 })).id;
  const network = store.list(networkType)[0]?.id ?? (await engine.create(networkType, 'net', {})).id;
  const subnetwork =
    store.list(subnetType)[0]?.id ??
    (await engine.create(subnetType, 'subnet', { network, ipCidrRange: '10.0.0.0/24' })).id;
  return {
    name: 'vm',
    machineType: 'e2-small',
    bootDisk: { initializeParams: { image: 'debian-cloud/debian-13' } },
    networkInterfaces: [{ subnetwork }],
    attachedDisks: [{ source: data, deviceName: 'data' }],
    ...more,
  };
}

describe('names', () => {
  test('are random where the program gives none, and stay', async () => {
    const network = await engine.create(networkType, 'net', {});
    expect(network.inputs.name).toMatch(/^net-[0-9a-f]{7}$/);
    expect((await engine.check(networkType, 'net', {}, network.inputs)).inputs.name).toBe(
      network.inputs.name,
    );
    expect(network.id).toBe(`projects/p/global/networks/${String(network.inputs.name)}`);
    expect(network.properties).toMatchObject({ project: 'p', selfLink: expect.stringContaining(network.id) });
  });

  test('are the program’s own, once', async () => {
    await engine.create(networkType, 'net', { name: 'net' });
    await expect(engine.create(networkType, 'other', { name: 'net' })).rejects.toThrow(
      "gcp:compute/network:Network 'projects/p/global/networks/net' already exists",
    );
    expect(await engine.reasons(networkType, { name: 'Net_1' })).toEqual([
      expect.stringContaining("name: found 'Net_1', expected a lower-case letter"),
    ]);
  });

  test('with an own name the old one goes first when it is replaced, with a random one last', async () => {
    const own = await engine.create(networkType, 'own', { name: 'own' });
    expect(await engine.diff(own, { name: 'own', mtu: 1500 })).toMatchObject({
      replaces: ['mtu'],
      deleteBeforeReplace: true,
    });
    const random = await engine.create(networkType, 'random', {});
    expect(await engine.diff(random, { mtu: 1500 })).toMatchObject({
      replaces: ['mtu'],
      deleteBeforeReplace: false,
    });
  });
});

describe('configuration', () => {
  test('what it has to supply and does not is missed', async () => {
    const bare = new Engine(gcp(store, world), {});
    expect(await bare.reasons(networkType, { name: 'net' })).toEqual([
      'project: missing, and the configuration has no gcp:project',
    ]);
  });

  test('a key that the provider does not have is refused', async () => {
    const provider = gcp(store, world);
    const request = { urn: '', name: '', olds: undefined, randomSeed: new Uint8Array(), timeoutSeconds: 0 };
    const more = { signal: new AbortController().signal, log: () => {} };
    const news = { version: '9.37.0', project: 'p', regoin: 'x', scopes: '["a"]' };
    expect((await provider.checkConfig?.({ ...request, ...more, news }))?.failures).toEqual([
      { property: '', reason: "regoin: no such property; did you mean 'region'?" },
    ]);
  });
});

describe('references', () => {
  test('must lead somewhere, by id, link or name', async () => {
    const network = await engine.create(networkType, 'net', { name: 'net' });
    for (const [index, reference] of [network.id, String(network.properties.selfLink), 'net'].entries()) {
      const inputs = { network: reference, ipCidrRange: `10.0.${index}.0/24` };
      await expect(engine.create(subnetType, `subnet${index}`, inputs)).resolves.toBeDefined();
    }
    await expect(
      engine.create(subnetType, 'x', { network: 'nte', ipCidrRange: '10.0.9.0/24' }),
    ).rejects.toThrow("there is no gcp:compute/network:Network 'nte' in the simulated cloud");
  });

  test('what is in use cannot be deleted', async () => {
    const network = await engine.create(networkType, 'net', { name: 'net' });
    const subnet = await engine.create(subnetType, 'sub', {
      network: network.id,
      ipCidrRange: '10.0.0.0/24',
    });
    await expect(engine.delete(network)).rejects.toThrow('is in use by gcp:compute/subnetwork:Subnetwork');
    await engine.delete(subnet);
    await engine.delete(network);
    expect(store.list()).toEqual([]);
  });
});

describe('a machine', () => {
  test('is made with what it refers to', async () => {
    const vm = await machine({ metadata: { token: new Secret('t') }, tags: ['host'] });
    expect(world.machines.get('vm')).toEqual({
      name: 'vm',
      zone: 'europe-west1-b',
      machineType: 'e2-small',
      metadata: { token: 't' },
      networkInterfaces: [{ network: '', subnetwork: expect.stringMatching(/^subnet-/), publicIp: false }],
      attachedDisks: [{ name: 'data', deviceName: 'data', sizeGb: 10, readOnly: false }],
      serviceAccount: undefined,
      tags: ['host'],
    });
    expect(vm.properties).toMatchObject({
      metadata: { token: new Secret('t') },
      networkInterfaces: [{ networkIp: '10.0.0.5', name: 'nic0' }],
      currentStatus: 'RUNNING',
    });
  });

  test('that does not boot is not there', async () => {
    world.vms.create = async () => {
      throw new Error('no memory');
    };
    await expect(machine()).rejects.toThrow('no memory');
    expect(store.list(instanceType)).toEqual([]);
  });

  test('reads as it is: secrets sealed, changes by others as inputs, gone when it is gone', async () => {
    const vm = await machine({ metadata: { token: new Secret('t') } });
    expect(await engine.read(vm)).toMatchObject({ id: vm.id, inputs: vm.inputs, properties: vm.properties });

    const stored = store.get(instanceType, vm.id);
    if (!stored) throw new Error('the machine is not in the store');
    store.put({ ...stored, inputs: { ...stored.inputs, machineType: 'e2-micro' } });
    expect((await engine.read(vm)).inputs).toMatchObject({ machineType: 'e2-micro' });

    world.machines.delete('vm');
    expect((await engine.read(vm)).id).toBe('');
    expect(store.get(instanceType, vm.id)).toBeUndefined();
    await engine.delete(vm);
  });

  test('is replaced by another image, and by no other size', async () => {
    const vm = await machine();
    const image = { bootDisk: { initializeParams: { image: 'debian-cloud/debian-12' } } };
    expect((await engine.diff(vm, await machineInputs(image))).replaces).toEqual([
      'bootDisk.initializeParams.image',
    ]);
    const script = { metadataStartupScript: 'true' };
    expect((await engine.diff(vm, await machineInputs(script))).replaces).toEqual(['metadataStartupScript']);
    const size = { machineType: 'e2-medium', metadata: { 'startup-script': 'true' } };
    expect(await engine.diff(vm, await machineInputs(size))).toMatchObject({ changes: true, replaces: [] });
  });

  test('has to be stopped for another size, and says so', async () => {
    const vm = await machine();
    await expect(engine.update(vm, await machineInputs({ machineType: 'e2-medium' }))).rejects.toThrow(
      "changing machineType of 'vm' means stopping it: set allowStoppingForUpdate to true",
    );
    await engine.update(vm, await machineInputs({ machineType: 'e2-medium', allowStoppingForUpdate: true }));
    expect(world.machines.get('vm')?.machineType).toBe('e2-medium');
  });

  test('that is protected stays', async () => {
    const vm = await machine({ deletionProtection: true });
    await expect(engine.delete(vm)).rejects.toThrow('deletionProtection');
    const policy = await machine({ name: 'vm2', deletionPolicy: 'PREVENT' });
    await expect(engine.delete(policy)).rejects.toThrow("deletionPolicy 'PREVENT'");
    expect([...world.machines.keys()]).toEqual(['vm', 'vm2']);
  });

  test('has an address that a preview does not know', async () => {
    const inputs = await machineInputs();
    expect(await engine.preview(instanceType, 'vm', inputs)).toMatchObject({
      name: 'vm',
      instanceId: Unknown,
      networkInterfaces: [{ networkIp: Unknown }],
    });
  });

  test('keeps in a preview of an update what it computed', async () => {
    const vm = await machine();
    const preview = await engine.preview(instanceType, 'vm', await machineInputs({ tags: ['a'] }), vm);
    expect(preview).toMatchObject({ instanceId: vm.properties.instanceId, tags: ['a'] });
  });
});

describe('a disk', () => {
  test('outlives machines, grows, and is replaced to shrink', async () => {
    const disk = await engine.create(diskType, 'data', { name: 'data', size: 10 });
    expect(world.volumes.get('data')).toBe(10);
    expect((await engine.diff(disk, { name: 'data', size: 20 })).replaces).toEqual([]);
    expect((await engine.diff(disk, { name: 'data', size: 5 })).replaces).toEqual(['size']);
    const larger = await engine.update(disk, { name: 'data', size: 20 });
    expect(world.volumes.get('data')).toBe(20);
    const vm = await machine();
    await expect(engine.delete(larger)).rejects.toThrow('is in use by gcp:compute/instance:Instance');
    await engine.delete(vm);
    expect(world.volumes.has('data')).toBe(true);
    await engine.delete(larger);
    expect(world.volumes.has('data')).toBe(false);
  });
});

describe('what is refused', () => {
  test('an unknown type, by name', async () => {
    await expect(engine.check('gcp:compute/address:Address', 'a', {})).rejects.toThrow(
      "the simulated gcp cloud does not know the type 'gcp:compute/address:Address'",
    );
  });

  test.each<[string, Props, string]>([
    ['gcp:compute/firewall:Firewall', { network: 'n' }, 'allows'],
    ['gcp:compute/firewall:Firewall', { network: 'n', allows: [{ protocol: 'tcp' }] }, 'sourceRanges'],
    [
      'gcp:compute/routerNat:RouterNat',
      { router: 'r', sourceSubnetworkIpRangesToNat: 'ALL' },
      "sourceSubnetworkIpRangesToNat: found 'ALL', expected one of",
    ],
    ['gcp:serviceaccount/account:Account', { accountId: 'vm' }, "accountId: found 'vm', expected 6 to 30"],
    [
      'gcp:projects/iAMMember:IAMMember',
      { project: 'p', role: 'r', member: 'a@b' },
      "member: found 'a@b', expected a member",
    ],
    ['gcp:projects/service:Service', { service: 'compute' }, "service: found 'compute'"],
    [instanceType, { machineType: 'e2-small' }, 'bootDisk: missing'],
  ])('%s %j', async (type, inputs, reason) => {
    expect((await engine.reasons(type, inputs)).join('\n')).toContain(reason);
  });
});

describe('functions', () => {
  test('answer, or say what they do not know', async () => {
    const image = await engine.invoke('gcp:compute/getImage:getImage', {
      family: 'debian-13',
      project: 'debian-cloud',
    });
    expect(image).toMatchObject({ name: expect.stringMatching(/^debian-13/), project: 'debian-cloud' });
    expect(await engine.invoke('gcp:organizations/getProject:getProject', {})).toMatchObject({
      projectId: 'p',
    });
    await machine({ deletionProtection: true });
    const instance = { name: 'vm', project: 'p', zone: 'europe-west1-b' };
    expect(await engine.invoke('gcp:compute/getInstance:getInstance', instance)).toMatchObject({
      machineType: 'e2-small',
      deletionProtection: true,
      bootDisks: [{ initializeParams: [{ image: 'debian-cloud/debian-13' }] }],
    });
    await expect(
      engine.invoke('gcp:compute/getInstance:getInstance', { ...instance, name: 'other' }),
    ).rejects.toThrow("instances/other' was not found");
    await expect(engine.invoke('gcp:compute/getImage:getImage', { famliy: 'x' })).rejects.toThrow(
      "gcp:compute/getImage:getImage: famliy: no such property; did you mean 'family'?",
    );
    await expect(engine.invoke('gcp:compute/getDisk:getDisk', {})).rejects.toThrow(
      'does not know the function',
    );
  });
});
