import { describe, expect, jest, test } from '@jest/globals';
import * as pulumi from '@pulumi/pulumi';
import { GcpVm } from '../../components/vm.ts';
import type { GcpHost } from '../../config.ts';
import { gcpHost as host } from './gcpHost.ts';
import { declared, find, hostKey, key, noteOptions, type Options, value } from './mocks.ts';

async function vm(chosen: Partial<GcpHost> = {}, keepData = true) {
  const options: Record<string, Options> = {};
  let made: GcpVm | undefined;
  jest.spyOn(pulumi.log, 'info').mockResolvedValue(undefined);
  const resources = await declared(() => {
    made = new GcpVm(
      'cortex',
      { stack: 'prod', host: { ...host, ...chosen }, keepData },
      { transformations: [noteOptions(options)] },
    );
  });
  return { resources, options, made: made as GcpVm };
}

describe('a VM on Google Cloud', () => {
  test('is these resources', async () => {
    const { resources } = await vm();
    expect(resources.map(key)).toEqual([
      'Account cortex-account',
      'Command cortex-host-keys',
      'Disk cortex-data',
      'DiskResourcePolicyAttachment cortex-data-snapshots',
      'Firewall cortex-ssh',
      'Instance cortex-vm',
      'Network cortex-network',
      'ResourcePolicy cortex-snapshots',
      'Router cortex-router',
      'RouterNat cortex-nat',
      'Subnetwork cortex-subnet',
    ]);
  });

  test('boots an image family, shielded, protected and labelled', async () => {
    const { resources, options } = await vm();
    const inputs = find(resources, 'Instance cortex-vm');
    const labels = { project: 'cortex', stack: 'prod' };
    expect(inputs).toMatchObject({
      machineType: 'e2-medium',
      deletionProtection: true,
      bootDisk: {
        autoDelete: true,
        initializeParams: { image: 'debian-cloud/debian-13', size: 20, labels },
      },
      shieldedInstanceConfig: { enableSecureBoot: true, enableVtpm: true, enableIntegrityMonitoring: true },
      serviceAccount: { email: 'cortex-prod@my-project.iam.gserviceaccount.com' },
      labels,
    });
    // it would replace the VM with every change
    expect(inputs).not.toHaveProperty('metadataStartupScript');
    expect(options['Instance cortex-vm']).toMatchObject({
      deleteBeforeReplace: true,
      dependsOn: ['RouterNat cortex-nat', 'Firewall cortex-ssh'],
    });
    const { resources: open } = await vm({ deletionProtection: false });
    expect(find(open, 'Instance cortex-vm').deletionProtection).toBe(false);
  });

  test('has its data on a disk of its own, which it shares with no other VM', async () => {
    const { resources, options, made } = await vm();
    expect(find(resources, 'Instance cortex-vm').attachedDisks).toEqual([
      { source: 'https://compute.example/cortex-data', deviceName: 'data', mode: 'READ_WRITE' },
    ]);
    expect(made.dataDisk).toBe('google-data');
    expect(options['Disk cortex-data']).toMatchObject({ protect: true, retainOnDelete: true });
    expect((await vm({}, false)).options['Disk cortex-data']).toMatchObject({
      protect: false,
      retainOnDelete: false,
    });
  });

  test('with an address of its own has no router and no NAT', async () => {
    const { resources, options } = await vm({ egress: 'externalIp' });
    expect(resources.map(key).filter((each) => each.startsWith('Router'))).toEqual([]);
    expect(find(resources, 'Instance cortex-vm').networkInterfaces).toEqual([
      { subnetwork: 'cortex-subnet-id', accessConfigs: [{ networkTier: 'PREMIUM' }] },
    ]);
    expect(options['Instance cortex-vm']?.dependsOn).toEqual(['Firewall cortex-ssh']);
  });

  test('tells its key once in its life', async () => {
    const { resources, options, made } = await vm();
    expect(find(resources, 'Command cortex-host-keys').triggers).toEqual(['4711']);
    expect(options['Command cortex-host-keys']?.ignoreChanges).toEqual(['create', 'environment']);
    expect(await value(made.hostKey)).toBe(hostKey);
    expect(await value(made.machine)).toBe('4711');
  });

  test('is reached through IAP', async () => {
    expect((await vm()).made.connection).toEqual({
      address: 'cortex-prod',
      port: 22,
      user: 'deploy',
      proxyCommand:
        'gcloud compute start-iap-tunnel cortex-prod %p --listen-on-stdin --project=my-project --zone=europe-west1-b --verbosity=warning',
    });
    expect((await vm({ identityFile: '~/.ssh/id' })).made.connection.identityFile).toBe('~/.ssh/id');
  });

  test('says who it is', async () => {
    const { facts } = (await vm()).made;
    expect(facts).toMatchObject({
      name: 'cortex-prod',
      project: 'my-project',
      zone: 'europe-west1-b',
      region: 'europe-west1',
      labels: { project: 'cortex', stack: 'prod' },
    });
    expect(await value(facts.instanceId)).toBe('4711');
    expect(await value(facts.member)).toBe('serviceAccount:cortex-prod@my-project.iam.gserviceaccount.com');
  });
});

describe('who may log in', () => {
  const metadata = async (chosen: Partial<GcpHost>) =>
    find((await vm(chosen)).resources, 'Instance cortex-vm').metadata;
  const always = {
    'enable-guest-attributes': 'TRUE',
    'enable-osconfig': 'TRUE',
    'block-project-ssh-keys': 'TRUE',
    'serial-port-enable': 'FALSE',
  };

  test('is whoever has the one key', async () => {
    expect(await metadata({})).toEqual({
      ...always,
      'enable-oslogin': 'FALSE',
      'ssh-keys': 'deploy:ssh-ed25519 AAAAoperator',
    });
  });

  test('is whoever has a key that is made on the operator’s machine', async () => {
    const { resources, made, options } = await vm({ publicKey: undefined });
    expect(find(resources, 'Instance cortex-vm').metadata).toMatchObject({
      'ssh-keys': 'deploy:ssh-ed25519 AAAAgenerated cortex-prod',
    });
    const { environment, triggers } = find(resources, 'Command cortex-key');
    expect((environment as { script: string }).script).toMatch(/^file='~\/\.ssh\/cortex-prod'\n/);
    expect(triggers).toEqual(['~/.ssh/cortex-prod']);
    expect(options['Command cortex-key']?.ignoreChanges).toEqual(['create', 'environment']);
    expect(made.connection.identityFile).toBe('~/.ssh/cortex-prod');
    const chosen = await vm({ publicKey: undefined, identityFile: '~/.ssh/mine' });
    expect(find(chosen.resources, 'Command cortex-key').triggers).toEqual(['~/.ssh/mine']);
    expect(chosen.made.connection.identityFile).toBe('~/.ssh/mine');
  });

  test('is Google’s business with OS Login', async () => {
    const osLogin = { login: 'osLogin', user: 'jane_example_com', publicKey: undefined } as const;
    expect(await metadata(osLogin)).toEqual({ ...always, 'enable-oslogin': 'TRUE' });
    const { made } = await vm(osLogin);
    expect(made.connection).toMatchObject({ user: 'jane_example_com' });
    expect(made.connection.identityFile).toBeUndefined();
  });

  test('is granted on this VM and its account alone', async () => {
    const operators = ['user:jane@example.com', 'group:ops@example.com'];
    const keyed = await vm({ operators });
    expect(keyed.resources.map(key).filter((each) => /IAMMember/.test(each))).toEqual([
      'TunnelInstanceIAMMember cortex-iap-group:ops@example.com',
      'TunnelInstanceIAMMember cortex-iap-user:jane@example.com',
    ]);
    const { resources } = await vm({ operators: operators.slice(0, 1), login: 'osLogin' });
    const member = 'user:jane@example.com';
    const on = { project: 'my-project', zone: 'europe-west1-b', member };
    expect(find(resources, `TunnelInstanceIAMMember cortex-iap-${member}`)).toEqual({
      ...on,
      instance: 'cortex-prod',
      role: 'roles/iap.tunnelResourceAccessor',
    });
    expect(find(resources, `InstanceIAMMember cortex-login-${member}`)).toEqual({
      ...on,
      instanceName: 'cortex-prod',
      role: 'roles/compute.osAdminLogin',
    });
    expect(find(resources, `IAMMember cortex-act-as-${member}`)).toEqual({
      serviceAccountId: 'projects/my-project/serviceAccounts/cortex-prod@my-project.iam.gserviceaccount.com',
      role: 'roles/iam.serviceAccountUser',
      member,
    });
  });
});
