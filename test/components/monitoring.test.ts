import { describe, expect, jest, test } from '@jest/globals';
import * as pulumi from '@pulumi/pulumi';
import { Monitoring, type MonitoringArgs } from '../../components/monitoring.ts';
import { vmFacts } from './gcpHost.ts';
import { declared, find, key, secret } from './mocks.ts';

function monitoring(chosen: Partial<MonitoringArgs> = {}) {
  return declared(
    () => new Monitoring('cortex', { vm: vmFacts(), alerts: { email: 'ops@example.com' }, ...chosen }),
  );
}

const open = { hostnames: { 'cortex-admin': { hostname: 'admin.example.com' } } };
const labels = { project: 'cortex', stack: 'prod' };

describe('what watches a stack', () => {
  test('is these resources', async () => {
    expect((await monitoring({ tunnel: open })).map(key)).toEqual([
      'AlertPolicy cortex-disk-full',
      'AlertPolicy cortex-restarting',
      'AlertPolicy cortex-tunnel-down',
      'AlertPolicy cortex-vm-down',
      'IAMMember cortex-log-writer',
      'IAMMember cortex-metric-writer',
      'Metric cortex-restarts',
      'NotificationChannel cortex-channel',
      'OsPolicyAssignment cortex-ops-agent',
      'UptimeCheckConfig cortex-cortex-admin',
    ]);
  });

  test('tells one person, by every policy', async () => {
    const resources = await monitoring({ tunnel: open });
    expect(find(resources, 'NotificationChannel cortex-channel')).toMatchObject({
      type: 'email',
      labels: { email_address: 'ops@example.com' },
      userLabels: labels,
    });
    const policies = resources.filter(({ type }) => type.endsWith(':AlertPolicy'));
    for (const { inputs } of policies)
      expect(inputs).toMatchObject({
        notificationChannels: ['projects/my-project/notificationChannels/1'],
        documentation: { content: expect.stringContaining('docs/recovery.md') },
        userLabels: labels,
      });
  });

  test('notices that the VM is down', async () => {
    expect(find(await monitoring(), 'AlertPolicy cortex-vm-down').conditions).toEqual([
      {
        displayName: 'the VM is down',
        conditionAbsent: {
          filter:
            'metric.type = "compute.googleapis.com/instance/uptime" AND resource.type = "gce_instance" AND resource.labels.instance_id = "4711"',
          duration: '300s',
          aggregations: [{ alignmentPeriod: '60s', perSeriesAligner: 'ALIGN_RATE' }],
        },
      },
    ]);
  });

  test('notices a disk that fills up', async () => {
    expect(find(await monitoring(), 'AlertPolicy cortex-disk-full').conditions).toMatchObject([
      {
        conditionPrometheusQueryLanguage: {
          query:
            'max by (device) (agent_googleapis_com:disk_percent_used{monitored_resource="gce_instance", instance_id="4711", state="used"}) > 85',
          duration: '300s',
          disableMetricValidation: true,
        },
      },
    ]);
  });

  test('notices instances that restart, by a metric of the VM’s own log', async () => {
    const resources = await monitoring();
    expect(find(resources, 'Metric cortex-restarts')).toMatchObject({
      name: 'cortex-prod-restarts',
      filter: expect.stringContaining('resource.labels.instance_id = "4711"'),
      metricDescriptor: { metricKind: 'DELTA', valueType: 'INT64' },
    });
    expect(find(resources, 'AlertPolicy cortex-restarting').conditions).toMatchObject([
      {
        conditionPrometheusQueryLanguage: {
          query:
            'max by (container) (increase(logging_googleapis_com:user_cortex_prod_restarts{monitored_resource="gce_instance"}[10m])) > 3',
        },
      },
    ]);
  });

  test('notices a tunnel that is down, by asking through it', async () => {
    const resources = await monitoring({ tunnel: open });
    expect(find(resources, 'UptimeCheckConfig cortex-cortex-admin')).toMatchObject({
      period: '300s',
      httpCheck: { useSsl: true, validateSsl: true, port: 443 },
      monitoredResource: {
        type: 'uptime_url',
        labels: { project_id: 'my-project', host: 'admin.example.com' },
      },
      userLabels: labels,
    });
    expect(find(resources, 'AlertPolicy cortex-tunnel-down').conditions).toMatchObject([
      {
        conditionThreshold: {
          filter: expect.stringContaining('metric.labels.check_id = one_of("cortex-cortex-admin-check")'),
          comparison: 'COMPARISON_GT',
          thresholdValue: 1,
        },
      },
    ]);
  });

  test('without a tunnel asks nobody', async () => {
    expect((await monitoring()).map(key).filter((each) => /tunnel|Uptime/.test(each))).toEqual([]);
  });
});

describe('a hostname behind Access', () => {
  const guarded = {
    hostnames: { 'cortex-admin': { hostname: 'admin.example.com', access: { serviceTokens: ['watch'] } } },
  };

  test('is asked with a service token, which stays secret', async () => {
    const watch = { clientId: pulumi.secret('the-id'), clientSecret: pulumi.secret('the-secret') };
    const resources = await monitoring({ tunnel: guarded, serviceTokens: { watch } });
    const check = find(resources, 'UptimeCheckConfig cortex-cortex-admin');
    expect(check.httpCheck).toMatchObject(
      secret({
        maskHeaders: true,
        headers: { 'CF-Access-Client-Id': 'the-id', 'CF-Access-Client-Secret': 'the-secret' },
      }),
    );
    expect(check.contentMatchers).toEqual([{ content: 'Cloudflare Access', matcher: 'NOT_CONTAINS_STRING' }]);
  });

  test('is not asked without one, and that is said', async () => {
    const warn = jest.spyOn(pulumi.log, 'warn').mockResolvedValue(undefined);
    const resources = await monitoring({ tunnel: guarded });
    expect(resources.map(key).filter((each) => /tunnel|Uptime/.test(each))).toEqual([]);
    expect(warn.mock.calls[0]?.[0]).toContain('admin.example.com is not watched');
  });
});
