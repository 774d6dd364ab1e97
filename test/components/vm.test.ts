import { describe, expect, test } from '@jest/globals';
import { GcpVm } from '../../components/vm.ts';
import type { GcpHost } from '../../config.ts';
import { declared, find, hostKey, key, noteOptions, type Options, value } from './mocks.ts';

const host: GcpHost = {
  kind: 'gcp',
  user: 'deploy',
  account: 'cortex',
  publicKey: 'ssh-ed25519 AAAAoperator',
  project: 'my-project',
  zone: 'europe-west1-b',
  machineType: 'e2-medium',
  bootDiskGb: 20,
  dataDiskGb: 30,
};

async function vm(chosen: Partial<GcpHost> = {}, protectData = true) {
  const options: Record<string, Options> = {};
  let made: GcpVm | undefined;
  const resources = await declared(() => {
    made = new GcpVm(
      'cortex',
      { stack: 'prod', host: { ...host, ...chosen }, protectData },
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
      'Firewall cortex-ssh',
      'Instance cortex-vm',
      'Network cortex-network',
      'Router cortex-router',
      'RouterNat cortex-nat',
      'Subnetwork cortex-subnet',
    ]);
  });

  test('has no external address', async () => {
    const { resources } = await vm();
    expect(find(resources, 'Instance cortex-vm').networkInterfaces).toEqual([
      { subnetwork: 'cortex-subnet-id' },
    ]);
    expect(find(resources, 'Network cortex-network').autoCreateSubnetworks).toBe(false);
    expect(find(resources, 'Subnetwork cortex-subnet')).toMatchObject({
      region: 'europe-west1',
      privateIpGoogleAccess: true,
    });
  });

  test('is reached by IAP’s SSH and by nothing else', async () => {
    const { resources } = await vm();
    expect(find(resources, 'Firewall cortex-ssh')).toMatchObject({
      direction: 'INGRESS',
      sourceRanges: ['35.235.240.0/20'],
      targetServiceAccounts: ['cortex-prod@my-project.iam.gserviceaccount.com'],
      allows: [{ protocol: 'tcp', ports: ['22'] }],
    });
    expect(resources.filter(({ type }) => type.endsWith(':Firewall'))).toHaveLength(1);
  });

  test('publishes its host keys, and takes the one key of the operator', async () => {
    const { resources } = await vm();
    const inputs = find(resources, 'Instance cortex-vm');
    expect(inputs.metadata).toEqual({
      'enable-guest-attributes': 'TRUE',
      'enable-oslogin': 'FALSE',
      'block-project-ssh-keys': 'TRUE',
      'serial-port-enable': 'FALSE',
      'ssh-keys': 'deploy:ssh-ed25519 AAAAoperator',
    });
    // it would replace the VM with every change
    expect(inputs).not.toHaveProperty('metadataStartupScript');
  });

  test('boots an image family, shielded, with its data on a disk of its own', async () => {
    const { resources, options } = await vm();
    const inputs = find(resources, 'Instance cortex-vm');
    expect(inputs.bootDisk).toMatchObject({
      initializeParams: { image: 'debian-cloud/debian-13', size: 20 },
    });
    expect(inputs.attachedDisks).toEqual([
      { source: 'https://compute.example/cortex-data', deviceName: 'data', mode: 'READ_WRITE' },
    ]);
    expect(inputs.shieldedInstanceConfig).toEqual({
      enableSecureBoot: true,
      enableVtpm: true,
      enableIntegrityMonitoring: true,
    });
    expect(inputs.labels).toEqual({ project: 'cortex', stack: 'prod' });
    expect(find(resources, 'Disk cortex-data')).toMatchObject({ size: 30, zone: 'europe-west1-b' });
    expect(options['Disk cortex-data']?.protect).toBe(true);
    expect(options['Instance cortex-vm']).toMatchObject({
      deleteBeforeReplace: true,
      dependsOn: ['RouterNat cortex-nat', 'Firewall cortex-ssh'],
    });
    expect((await vm({}, false)).options['Disk cortex-data']?.protect).toBe(false);
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
});
