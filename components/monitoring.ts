import * as logMetric from '@pulumi/gcp/logging/metric.js';
import * as alertPolicy from '@pulumi/gcp/monitoring/alertPolicy.js';
import * as notificationChannel from '@pulumi/gcp/monitoring/notificationChannel.js';
import * as pulumi from '@pulumi/pulumi';
import type { AlertsConfig } from '../config.ts';
import {
  type Alert,
  diskFull,
  restartedContainer,
  restarting,
  restartsFilter,
  tunnelDown,
  vmDown,
} from './monitoring/alerts.ts';
import { OpsAgent } from './monitoring/opsAgent.ts';
import { type Credentials, uptimeChecks, type Watched } from './monitoring/uptime.ts';
import type { VmFacts } from './vm.ts';

export interface MonitoringArgs {
  vm: VmFacts;
  alerts: AlertsConfig;
  /** what the tunnel serves, by service */
  tunnel?: { hostnames: Record<string, Watched> };
  /** ways through Access, by name */
  serviceTokens?: Record<string, Credentials>;
}

/** What watches the stack from outside of it, and tells a person. */
export class Monitoring extends pulumi.ComponentResource {
  constructor(name: string, args: MonitoringArgs, opts?: pulumi.ComponentResourceOptions) {
    super('cortex:index:Monitoring', name, {}, opts);
    const { vm, alerts, tunnel, serviceTokens = {} } = args;
    const { project, labels } = vm;
    const inside = { parent: this };

    new OpsAgent(name, vm, inside);
    const channel = new notificationChannel.NotificationChannel(
      `${name}-channel`,
      {
        displayName: `${vm.name}: ${alerts.email}`,
        project,
        type: 'email',
        labels: { email_address: alerts.email },
        userLabels: labels,
      },
      inside,
    );
    const restarts = new logMetric.Metric(
      `${name}-restarts`,
      {
        name: `${vm.name}-restarts`,
        project,
        description: `Instances of ${vm.name} that ended and were started again`,
        filter: vm.instanceId.apply(restartsFilter),
        metricDescriptor: {
          metricKind: 'DELTA',
          valueType: 'INT64',
          unit: '1',
          labels: [{ key: 'container', valueType: 'STRING', description: 'unit or id' }],
        },
        labelExtractors: {
          container: `REGEXP_EXTRACT(jsonPayload.MESSAGE, ${JSON.stringify(restartedContainer)})`,
        },
      },
      inside,
    );
    const checks = uptimeChecks(name, vm, tunnel?.hostnames ?? {}, serviceTokens, inside);

    const policies: Record<string, Alert> = {
      'vm-down': vmDown(vm),
      'disk-full': diskFull(vm),
      restarting: restarting(vm, restarts.name),
      ...(checks.length > 0 && { 'tunnel-down': tunnelDown(checks) }),
    };
    for (const [short, { title, advice, condition }] of Object.entries(policies)) {
      new alertPolicy.AlertPolicy(
        `${name}-${short}`,
        {
          displayName: `${vm.name}: ${title}`,
          project,
          combiner: 'OR',
          conditions: [{ displayName: title, ...condition }],
          notificationChannels: [channel.name],
          documentation: { content: advice, mimeType: 'text/markdown' },
          alertStrategy: { autoClose: '86400s' },
          severity: 'ERROR',
          userLabels: labels,
        },
        inside,
      );
    }
    this.registerOutputs({});
  }
}
