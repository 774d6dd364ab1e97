import type { UptimeCheckConfig } from '@pulumi/gcp/monitoring/uptimeCheckConfig.js';
import type { input } from '@pulumi/gcp/types/index.js';
import * as pulumi from '@pulumi/pulumi';
import type { VmFacts } from '../vm.ts';

/** What is wrong, when, and what the message says to do about it. */
export interface Alert {
  title: string;
  advice: string;
  condition: Omit<input.monitoring.AlertPolicyCondition, 'displayName'>;
}

const recovery = 'See docs/recovery.md of the project.';

/** Google's own measure of a VM that runs, missing for five minutes. */
export function vmDown({ name, zone, project, instanceId }: VmFacts): Alert {
  return {
    title: 'the VM is down',
    advice: `VM ${name} does not run. Start it: \`gcloud compute instances start ${name} --project=${project} --zone=${zone}\`. ${recovery}`,
    condition: {
      conditionAbsent: {
        filter: pulumi.interpolate`metric.type = "compute.googleapis.com/instance/uptime" AND resource.type = "gce_instance" AND resource.labels.instance_id = "${instanceId}"`,
        duration: '300s',
        aggregations: [{ alignmentPeriod: '60s', perSeriesAligner: 'ALIGN_RATE' }],
      },
    },
  };
}

/** Percent of a disk, boot or data. */
const fullPercent = 85;

/** Measured by the Ops Agent. */
export function diskFull({ name, instanceId }: VmFacts): Alert {
  return {
    title: `a disk is more than ${fullPercent} % full`,
    advice: `Find out which (\`df -h\` on ${name}). The data disk grows by \`cortex:host.dataDiskGb\` and \`pulumi up\`; on the boot disk, old images and logs are what fills it. ${recovery}`,
    condition: query(
      pulumi.interpolate`max by (device) (agent_googleapis_com:disk_percent_used{monitored_resource="gce_instance", instance_id="${instanceId}", state="used"}) > ${fullPercent}`,
      '300s',
    ),
  };
}

/** How often one container may be started again in ten minutes before somebody is told. */
const toleratedRestarts = 3;

/** @param metric the name of the metric that counts what `restartsFilter` finds */
export function restarting({ name }: VmFacts, metric: pulumi.Output<string>): Alert {
  return {
    title: 'instances are restarting',
    advice: `A service of ${name} ends again and again. \`containerhost list\` on the host says which instances serve; \`docker logs\` or \`podman logs\` why one ended. ${recovery}`,
    condition: query(
      metric.apply(
        (id) =>
          `max by (container) (increase(logging_googleapis_com:user_${id.replace(/[^A-Za-z0-9_]/g, '_')}{monitored_resource="gce_instance"}[10m])) > ${toleratedRestarts}`,
      ),
      '0s',
    ),
  };
}

/** More than one of Google's regions got no answer, or one that is not the service's. */
export function tunnelDown(checks: readonly UptimeCheckConfig[]): Alert {
  const ids = pulumi.all(checks.map(({ uptimeCheckId }) => uptimeCheckId));
  return {
    title: 'the tunnel is down',
    advice: `A hostname is not answered. If the VM runs, look at the connector: \`containerhost list\`, then the logs of cortex-tunnel. ${recovery}`,
    condition: {
      conditionThreshold: {
        filter: ids.apply(
          (each) =>
            `metric.type = "monitoring.googleapis.com/uptime_check/check_passed" AND resource.type = "uptime_url" AND metric.labels.check_id = one_of(${each.map((id) => JSON.stringify(id)).join(', ')})`,
        ),
        comparison: 'COMPARISON_GT',
        thresholdValue: 1,
        duration: '300s',
        aggregations: [
          {
            alignmentPeriod: '1200s',
            perSeriesAligner: 'ALIGN_NEXT_OLDER',
            crossSeriesReducer: 'REDUCE_COUNT_FALSE',
            groupByFields: ['resource.label.host'],
          },
        ],
        trigger: { count: 1 },
      },
    },
  };
}

/** In PromQL, which may name a metric that nobody has written yet; a threshold on one is refused. */
function query(promql: pulumi.Input<string>, duration: string): Alert['condition'] {
  return {
    conditionPrometheusQueryLanguage: {
      query: promql,
      duration,
      evaluationInterval: '60s',
      disableMetricValidation: true,
    },
  };
}

/**
 * A line of the VM's journal that tells of a container that ended: systemd's about a unit of Podman's that it
 * starts again, and the Docker engine's. The latter is written too when a container is stopped on purpose, once
 * for each; that is why restarts are counted by container.
 */
export const restartLine = 'Scheduled restart job, restart counter is at|topic=/tasks/delete';

/** Which container it was: Podman's unit, or Docker's id. */
export const restartedContainer =
  '(?:container=|^)([0-9a-z-]+)(?:\\.service: Scheduled restart job| module=libcontainerd)';

export function restartsFilter(instanceId: string): string {
  return [
    'resource.type = "gce_instance"',
    `resource.labels.instance_id = "${instanceId}"`,
    `jsonPayload.MESSAGE =~ ${JSON.stringify(restartLine)}`,
  ].join(' AND ');
}
