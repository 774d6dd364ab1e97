import * as command from '@pulumi/command/local/command.js';
import * as disk from '@pulumi/gcp/compute/disk.js';
import * as firewall from '@pulumi/gcp/compute/firewall.js';
import * as instance from '@pulumi/gcp/compute/instance.js';
import * as network from '@pulumi/gcp/compute/network.js';
import * as router from '@pulumi/gcp/compute/router.js';
import * as routerNat from '@pulumi/gcp/compute/routerNat.js';
import * as subnetwork from '@pulumi/gcp/compute/subnetwork.js';
import * as account from '@pulumi/gcp/serviceaccount/account.js';
import * as pulumi from '@pulumi/pulumi';
import type { GcpHost } from '../config.ts';
import type { Connection } from '../provider/ssh/args.ts';
import { runScript } from './host/command.ts';
import { hostKeysCommand, parseHostKeys } from './vm/hostKeys.ts';

export interface GcpVmArgs {
  stack: string;
  host: GcpHost;
  /** refuse to delete the data disk */
  protectData: boolean;
}

/** Where IAP's tunnels come from: https://cloud.google.com/iap/docs/using-tcp-forwarding */
const iapRange = '35.235.240.0/20';

/** Google's udev rules link an attached disk as /dev/disk/by-id/google-<device name>. */
const deviceName = 'data';

/**
 * A Debian VM that the internet cannot reach: no external address, SSH through IAP only, and NAT for what
 * it fetches. Data is on a disk of its own, so that the VM and its boot disk can be replaced under it.
 */
export class GcpVm extends pulumi.ComponentResource {
  readonly connection: Connection;
  /** published by the VM at its first boot, over Google's API: nobody in between can forge it */
  readonly hostKey: pulumi.Output<string>;
  /** changes when the VM is replaced */
  readonly machine: pulumi.Output<string>;
  readonly dataDisk = `google-${deviceName}`;
  /** what goes with everything that is on it */
  readonly vm: pulumi.Resource;

  constructor(name: string, args: GcpVmArgs, opts?: pulumi.ComponentResourceOptions) {
    super('cortex:index:GcpVm', name, {}, opts);
    const { stack, host, protectData } = args;
    const { project, zone, user } = host;
    const region = zone.slice(0, zone.lastIndexOf('-'));
    const labels = { project: name, stack };
    // names as a person would give them: they are looked for in consoles and logs
    const named = `${name}-${stack}`;
    const inside = { parent: this };

    const vpc = new network.Network(
      `${name}-network`,
      { name: named, project, autoCreateSubnetworks: false, routingMode: 'REGIONAL' },
      inside,
    );
    const subnet = new subnetwork.Subnetwork(
      `${name}-subnet`,
      {
        name: named,
        project,
        region,
        network: vpc.id,
        ipCidrRange: '10.10.0.0/24',
        // Google's own services without a way through NAT
        privateIpGoogleAccess: true,
      },
      inside,
    );
    const gateway = new router.Router(
      `${name}-router`,
      { name: named, project, region, network: vpc.id },
      inside,
    );
    const nat = new routerNat.RouterNat(
      `${name}-nat`,
      {
        name: named,
        project,
        region,
        router: gateway.name,
        natIpAllocateOption: 'AUTO_ONLY',
        sourceSubnetworkIpRangesToNat: 'LIST_OF_SUBNETWORKS',
        subnetworks: [{ name: subnet.id, sourceIpRangesToNats: ['ALL_IP_RANGES'] }],
        logConfig: { enable: true, filter: 'ERRORS_ONLY' },
      },
      inside,
    );
    // No roles: nothing on the VM calls Google's API yet.
    const identity = new account.Account(
      `${name}-account`,
      { accountId: named, project, displayName: `VM of ${named}` },
      inside,
    );
    // The only way in: a VPC denies all other ingress by itself.
    const ssh = new firewall.Firewall(
      `${name}-ssh`,
      {
        name: `${named}-ssh`,
        project,
        network: vpc.id,
        description: 'SSH through IAP, and nothing else',
        direction: 'INGRESS',
        sourceRanges: [iapRange],
        targetServiceAccounts: [identity.email],
        allows: [{ protocol: 'tcp', ports: ['22'] }],
      },
      inside,
    );
    const data = new disk.Disk(
      `${name}-data`,
      { name: `${named}-data`, project, zone, type: 'pd-balanced', size: host.dataDiskGb, labels },
      { ...inside, protect: protectData },
    );
    const vm = new instance.Instance(
      `${name}-vm`,
      {
        name: named,
        project,
        zone,
        machineType: host.machineType,
        allowStoppingForUpdate: true,
        bootDisk: {
          autoDelete: true,
          // the family: a single image's name changes monthly, and would replace the VM
          initializeParams: { image: 'debian-cloud/debian-13', size: host.bootDiskGb, type: 'pd-balanced' },
        },
        attachedDisks: [{ source: data.selfLink, deviceName, mode: 'READ_WRITE' }],
        // no accessConfigs: no external address
        networkInterfaces: [{ subnetwork: subnet.id }],
        serviceAccount: { email: identity.email, scopes: ['cloud-platform'] },
        shieldedInstanceConfig: { enableSecureBoot: true, enableVtpm: true, enableIntegrityMonitoring: true },
        metadata: {
          // before the first boot, or the host keys are never published
          'enable-guest-attributes': 'TRUE',
          // OS Login, were it on for the project, would ignore the key below
          'enable-oslogin': 'FALSE',
          'block-project-ssh-keys': 'TRUE',
          'serial-port-enable': 'FALSE',
          'ssh-keys': `${user}:${host.publicKey}`,
        },
        labels,
      },
      // the data disk can be attached to one VM only
      { ...inside, deleteBeforeReplace: true, dependsOn: [nat, ssh] },
    );

    const keys = new command.Command(
      `${name}-host-keys`,
      {
        create: runScript,
        environment: { script: hostKeysCommand({ vm: named, project, zone }) },
        logging: 'none',
        triggers: [vm.instanceId],
      },
      // a VM's keys are read once in its life; another wording of the command is no reason to read them again
      { ...inside, ignoreChanges: ['create', 'environment'] },
    );

    this.connection = {
      address: named,
      port: 22,
      user,
      ...(host.identityFile && { identityFile: host.identityFile }),
      proxyCommand: `gcloud compute start-iap-tunnel ${named} %p --listen-on-stdin --project=${project} --zone=${zone} --verbosity=warning`,
    };
    this.hostKey = keys.stdout.apply(parseHostKeys);
    this.machine = vm.instanceId;
    this.vm = vm;
    this.registerOutputs({});
  }
}
