import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as assignment from '@pulumi/gcp/osconfig/osPolicyAssignment.js';
import * as projectMember from '@pulumi/gcp/projects/iammember.js';
import * as pulumi from '@pulumi/pulumi';
import { assignments } from '../host/command.ts';
import type { VmFacts } from '../vm.ts';

const package_ = 'google-cloud-ops-agent';

/**
 * What it needs on the project. Neither role can be bound to anything smaller: logs and metrics are written to a
 * project. https://cloud.google.com/stackdriver/docs/solutions/agents/ops-agent/authorization
 */
const roles = { 'log-writer': 'roles/logging.logWriter', 'metric-writer': 'roles/monitoring.metricWriter' };

/**
 * Google's Ops Agent on the VM, by a policy of Google's own: the VM's OS Config agent installs it, keeps it
 * running and reports what it found. The host's set-up stays the same for machines that are not on Google Cloud.
 */
export class OpsAgent extends pulumi.ComponentResource {
  constructor(name: string, vm: VmFacts, opts?: pulumi.ComponentResourceOptions) {
    super('cortex:index:OpsAgent', name, {}, opts);
    const { project, member } = vm;
    const inside = { parent: this };
    const granted = Object.entries(roles).map(
      ([short, role]) => new projectMember.IAMMember(`${name}-${short}`, { project, role, member }, inside),
    );
    new assignment.OsPolicyAssignment(
      `${name}-ops-agent`,
      {
        name: `${vm.name}-ops-agent`,
        project,
        location: vm.zone,
        description: `The Ops Agent on ${vm.name}`,
        instanceFilter: { inclusionLabels: [{ labels: vm.labels }] },
        osPolicies: [
          {
            id: 'ops-agent',
            mode: 'ENFORCEMENT',
            resourceGroups: [
              { inventoryFilters: [{ osShortName: 'debian', osVersion: '13*' }], resources: steps() },
            ],
          },
        ],
        rollout: { disruptionBudget: { fixed: 1 }, minWaitDuration: '0s' },
        // a VM applies it minutes after it has booted: nothing here waits for that
        skipAwaitRollout: true,
      },
      { ...inside, dependsOn: granted },
    );
    this.registerOutputs({});
  }
}

/** One after the other: where it comes from, itself, how it is configured. */
function steps() {
  const content = readFileSync(join(import.meta.dirname, 'opsAgent.yaml'), 'utf8').trim();
  const script = readFileSync(join(import.meta.dirname, 'opsAgent.sh'), 'utf8');
  const run = (mode: string) => ({ interpreter: 'SHELL', script: assignments({ mode, content }) + script });
  return [
    {
      id: 'repository',
      repository: {
        apt: {
          archiveType: 'DEB',
          uri: 'https://packages.cloud.google.com/apt',
          distribution: `${package_}-trixie-all`,
          components: ['main'],
          gpgKey: 'https://packages.cloud.google.com/apt/doc/apt-key.gpg',
        },
      },
    },
    { id: 'package', pkg: { desiredState: 'INSTALLED', apt: { name: package_ } } },
    { id: 'configuration', exec: { validate: run('validate'), enforce: run('enforce') } },
  ];
}
