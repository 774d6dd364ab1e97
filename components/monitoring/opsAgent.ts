import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as assignment from '@pulumi/gcp/osconfig/osPolicyAssignment.js';
import * as projectMember from '@pulumi/gcp/projects/iammember.js';
import * as pulumi from '@pulumi/pulumi';
import { assignments } from '../host/command.ts';
import type { VmFacts } from '../vm.ts';

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
  const content = read('opsAgent.yaml').trim();
  return [
    { id: 'source', exec: scripts('opsAgentSource.sh', {}) },
    { id: 'package', pkg: { desiredState: 'INSTALLED', apt: { name: 'google-cloud-ops-agent' } } },
    { id: 'configuration', exec: scripts('opsAgent.sh', { content }) },
  ];
}

/** One script that says whether it is so, and makes it so. */
function scripts(file: string, values: Record<string, string>) {
  const run = (mode: string) => ({
    interpreter: 'SHELL',
    script: assignments({ mode, ...values }) + read(file),
  });
  return { validate: run('validate'), enforce: run('enforce') };
}

function read(file: string): string {
  return readFileSync(join(import.meta.dirname, file), 'utf8');
}
