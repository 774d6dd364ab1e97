import * as command from '@pulumi/command/local/command.js';
import * as pulumi from '@pulumi/pulumi';
import type { Account } from '../provider/inputs.ts';
import { type HostArgs, hostArgs } from '../provider/resources.ts';
import type { Connection } from '../provider/ssh/args.ts';
import { onHost, runOnHost, sshCommand } from './host/command.ts';
import { parseIdentity } from './host/identity.ts';
import { identityScript, type SetupOptions, setupScript } from './host/setup.ts';

export interface ContainerHostArgs {
  connection: pulumi.Input<Connection>;
  /** the host's own key, pinned */
  hostKey: pulumi.Input<string>;
  /** changes when, and only when, it becomes another machine */
  machine: pulumi.Input<string>;
  /** what the set-up has to be run again for, on the same machine: its size, its disks */
  hardware?: string[];
  /** the containers' rootless account */
  account: string;
  dataDisk?: SetupOptions['dataDisk'];
  /** seconds to wait for a machine that was just made */
  bootSeconds: number;
}

/** Seconds to wait for a host that has answered before. */
const knownHostSeconds = 20;

/**
 * A machine that can run services: both runtimes, the proxy, the rootless account. The choice of runtime
 * is no input here, so that a flip changes services and nothing else.
 */
export class ContainerHost extends pulumi.ComponentResource {
  /** what the provider's resources know of it */
  readonly host: HostArgs;
  /** whose containers they are there */
  readonly account: pulumi.Output<Account>;
  /** how a person gets in */
  readonly sshCommand: pulumi.Output<string>;

  constructor(name: string, args: ContainerHostArgs, opts?: pulumi.ComponentResourceOptions) {
    super('cortex:index:ContainerHost', name, {}, opts);
    const { connection, hostKey, machine, hardware = [], account, dataDisk } = args;
    const script = pulumi.all([connection, hostKey]).apply(([to, key]) => onHost(to, key));

    const setup = new command.Command(
      `${name}-setup`,
      {
        create: runOnHost(args.bootSeconds),
        update: runOnHost(knownHostSeconds),
        environment: { script },
        // what it changes, not what it is made of
        logging: 'stderr',
        stdin: setupScript({ account, dataDisk }),
        triggers: [machine, ...hardware],
      },
      { parent: this },
    );

    // Apart from the set-up: a changed set-up, or another way to the host, leaves it as it is. Were it
    // unknown during a preview, every service would seem to be replaced.
    const identity = new command.Command(
      `${name}-identity`,
      {
        create: runOnHost(knownHostSeconds),
        environment: { script },
        logging: 'none',
        stdin: identityScript(account),
        triggers: [machine],
      },
      { parent: this, dependsOn: setup, ignoreChanges: ['create', 'environment', 'stdin'] },
    );
    const read = identity.stdout.apply(parseIdentity);

    this.account = read.account;
    this.host = hostArgs({ machineId: read.machineId, account: read.account, hostKey, connection });
    this.sshCommand = pulumi.output(connection).apply(sshCommand);
    this.registerOutputs({ sshCommand: this.sshCommand });
  }
}
