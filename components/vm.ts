import * as command from '@pulumi/command/local/command.js';
import * as instance from '@pulumi/gcp/compute/instance.js';
import * as serviceAccount from '@pulumi/gcp/serviceaccount/account.js';
import * as pulumi from '@pulumi/pulumi';
import { regionOf } from '../config/gcp/zones.ts';
import type { GcpHost } from '../config.ts';
import type { Connection } from '../provider/ssh/args.ts';
import { DataDisk } from './dataDisk.ts';
import { runScript } from './host/command.ts';
import { Network } from './network.ts';
import { hostKeysCommand, parseHostKeys } from './vm/hostKeys.ts';
import { grantLogin, identityFile, loginMetadata } from './vm/login.ts';
import { sayWhatChanges } from './vm/resize.ts';

export interface GcpVmArgs {
  stack: string;
  host: GcpHost;
  /** the data disk survives a destroy */
  keepData: boolean;
}

/** What others need to know of a VM: to let it in, and to watch it. */
export interface VmFacts {
  /** what it is called on Google Cloud */
  name: string;
  project: string;
  zone: string;
  region: string;
  labels: Record<string, string>;
  /** another one when the VM is replaced */
  instanceId: pulumi.Output<string>;
  /** `serviceAccount:…`, the account that it runs as */
  member: pulumi.Output<string>;
}

/**
 * A Debian VM that the internet cannot reach: SSH comes through IAP only. Data is on a disk of its own, so that
 * the VM and its boot disk can be replaced under it.
 */
export class GcpVm extends pulumi.ComponentResource {
  readonly connection: Connection;
  /** published by the VM at its first boot, over Google's API: nobody in between can forge it */
  readonly hostKey: pulumi.Output<string>;
  /** changes when the VM is replaced */
  readonly machine: pulumi.Output<string>;
  /** name under /dev/disk/by-id */
  readonly dataDisk: string;
  readonly facts: VmFacts;
  /** what goes with everything that is on it */
  readonly vm: pulumi.Resource;

  constructor(name: string, args: GcpVmArgs, opts?: pulumi.ComponentResourceOptions) {
    super('cortex:index:GcpVm', name, {}, opts);
    const { stack, host, keepData } = args;
    const { project, zone, user, operators, login } = host;
    const region = regionOf(zone);
    const labels = { project: name, stack };
    // names as a person would give them: they are looked for in consoles and logs
    const named = `${name}-${stack}`;
    const inside = { parent: this };

    // It starts without any role. Whoever needs one of it (the registry, monitoring) grants that one.
    const identity = new serviceAccount.Account(
      `${name}-account`,
      { accountId: named, project, displayName: `VM of ${named}` },
      inside,
    );
    const network = new Network(
      name,
      { named, project, region, egress: host.egress, account: identity.email },
      inside,
    );
    const { snapshotDays, dataDiskGb: sizeGb } = host;
    const data = new DataDisk(
      name,
      { named, project, zone, region, sizeGb, snapshotDays, labels, keep: keepData },
      inside,
    );
    const vm = new instance.Instance(
      `${name}-vm`,
      {
        name: named,
        project,
        zone,
        machineType: host.machineType,
        allowStoppingForUpdate: true,
        deletionProtection: host.deletionProtection,
        bootDisk: {
          autoDelete: true,
          initializeParams: {
            // the family: a single image's name changes monthly, and would replace the VM
            image: 'debian-cloud/debian-13',
            size: host.bootDiskGb,
            type: 'pd-balanced',
            labels,
          },
        },
        attachedDisks: [data.attached],
        networkInterfaces: network.interfaces,
        // scopes are not how access is narrowed: that is the account's roles
        serviceAccount: { email: identity.email, scopes: ['cloud-platform'] },
        shieldedInstanceConfig: { enableSecureBoot: true, enableVtpm: true, enableIntegrityMonitoring: true },
        metadata: {
          // before the first boot, or the host keys are never published
          'enable-guest-attributes': 'TRUE',
          // for the policy that installs the Ops Agent
          'enable-osconfig': 'TRUE',
          'block-project-ssh-keys': 'TRUE',
          'serial-port-enable': 'FALSE',
          ...loginMetadata(name, { ...host, stack }, inside),
        },
        labels,
      },
      {
        ...inside,
        // the data disk can be attached to one VM only
        deleteBeforeReplace: true,
        dependsOn: network.ready,
        // Google refuses when the services are gone already; this refuses the plan
        protect: host.deletionProtection,
      },
    );
    sayWhatChanges({ name: named, project, zone }, host, inside);
    grantLogin(name, { operators, login, project, zone, vm: vm.name, account: identity.name }, inside);

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

    const identityPath = identityFile({ ...host, stack });
    this.connection = {
      address: named,
      port: 22,
      user,
      ...(identityPath && { identityFile: identityPath }),
      proxyCommand: `gcloud compute start-iap-tunnel ${named} %p --listen-on-stdin --project=${project} --zone=${zone} --verbosity=warning`,
    };
    this.hostKey = keys.stdout.apply(parseHostKeys);
    this.machine = vm.instanceId;
    this.dataDisk = data.device;
    this.facts = {
      name: named,
      project,
      zone,
      region,
      labels,
      instanceId: vm.instanceId,
      member: identity.member,
    };
    this.vm = vm;
    this.registerOutputs({});
  }
}
