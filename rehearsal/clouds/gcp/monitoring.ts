import { isObject, type PropertyValue } from '../../../provider/rpc/value.ts';
import type { Draft, Kind } from '../kind.ts';
import { given, numericId } from './names.ts';
import { labels, schema, seconds } from './rules.ts';

const alertSchema = (what: string) => schema('monitoring_alert_policy', what);
const uptimeSchema = (what: string) => schema('monitoring_uptime_check_config', what);
const alertApi = 'https://cloud.google.com/monitoring/api/ref_v3/rest/v3/projects.alertPolicies';
const channelApi = 'https://cloud.google.com/monitoring/alerts/using-channels-api';

/** What Monitoring makes has a number for a name, never one of the program's. */
function numbered(draft: Draft, collection: string): string {
  return `projects/${given(draft, 'project')}/${collection}/${numericId(draft.operation.urn)}`;
}

export const notificationChannel: Kind = {
  configured: ['project'],
  replaces: { project: true },
  rules: [
    {
      rule: 'values',
      at: 'type',
      values: [
        'email',
        'google_chat',
        'mobile',
        'pagerduty',
        'pubsub',
        'slack',
        'sms',
        'webhook_basicauth',
        'webhook_tokenauth',
      ],
      source: channelApi,
    },
    {
      rule: 'matches',
      at: 'labels.email_address',
      pattern: /^[^\s@]+@[^\s@]+$/,
      expected: 'an e-mail address',
      source: channelApi,
    },
    labels('userLabels'),
  ],
  // a channel's type says which labels it takes
  check: ({ type, labels: given = null }) =>
    type === 'email' && !(isObject(given) && given.email_address !== undefined)
      ? [
          {
            property: 'labels.email_address',
            reason: `missing; a channel of type 'email' needs it (${channelApi})`,
          },
        ]
      : [],
  id: (draft) => numbered(draft, 'notificationChannels'),
  create: (_draft, id) => ({ outputs: { name: id, verificationStatus: 'VERIFIED' } }),
};

export const alertPolicy: Kind = {
  configured: ['project'],
  replaces: { project: true },
  references: { notificationChannels: 'gcp:monitoring/notificationChannel:NotificationChannel' },
  rules: [
    { rule: 'length', at: 'conditions', min: 1, max: 6, source: alertSchema('conditions: from one to six') },
    {
      rule: 'exactlyOne',
      in: 'conditions',
      of: [
        'conditionAbsent',
        'conditionMatchedLog',
        'conditionMonitoringQueryLanguage',
        'conditionPrometheusQueryLanguage',
        'conditionSql',
        'conditionThreshold',
      ],
      source: alertApi,
    },
    ...[
      'conditions.conditionAbsent.duration',
      'conditions.conditionThreshold.duration',
      'conditions.conditionPrometheusQueryLanguage.duration',
      'conditions.conditionPrometheusQueryLanguage.evaluationInterval',
      'conditions.conditionAbsent.aggregations.alignmentPeriod',
      'conditions.conditionThreshold.aggregations.alignmentPeriod',
      'alertStrategy.autoClose',
    ].map((at) => seconds(at, alertApi)),
    {
      rule: 'needs',
      in: 'conditions.conditionThreshold.aggregations',
      set: 'crossSeriesReducer',
      other: 'perSeriesAligner',
      source: alertSchema('cross_series_reducer'),
    },
    {
      rule: 'needs',
      in: 'conditions.conditionThreshold.aggregations',
      set: 'perSeriesAligner',
      other: 'alignmentPeriod',
      source: alertSchema('per_series_aligner'),
    },
    {
      rule: 'values',
      at: 'documentation.mimeType',
      values: ['text/markdown'],
      source: alertApi,
    },
    labels('userLabels'),
  ],
  check: ({ conditions }) =>
    durations(conditions).flatMap(({ at, seconds, least }) =>
      seconds % 60 === 0 && seconds >= least
        ? []
        : [
            {
              property: at,
              reason: `found '${seconds}s', expected whole minutes, at least ${least} s (${alertApi})`,
            },
          ],
    ),
  id: (draft) => numbered(draft, 'alertPolicies'),
  create: (_draft, id) => ({ outputs: { name: id, creationRecords: [] } }),
};

/** How long each condition has to hold. */
function durations(conditions: PropertyValue | undefined): { at: string; seconds: number; least: number }[] {
  const least = { conditionAbsent: 120, conditionThreshold: 0, conditionPrometheusQueryLanguage: 0 };
  return (Array.isArray(conditions) ? conditions : []).flatMap((condition, index) =>
    Object.entries(least).flatMap(([kind, least]) => {
      const inside = isObject(condition) ? condition[kind] : undefined;
      const duration = isObject(inside) ? inside.duration : undefined;
      if (typeof duration !== 'string') return [];
      return { at: `conditions[${index}].${kind}.duration`, seconds: Number.parseFloat(duration), least };
    }),
  );
}

export const uptimeCheckConfig: Kind = {
  configured: ['project'],
  replaces: {
    project: true,
    checkerType: true,
    monitoredResource: true,
    resourceGroup: true,
    syntheticMonitor: true,
    'httpCheck.requestMethod': true,
    'httpCheck.authInfo.passwordWoVersion': true,
  },
  rules: [
    {
      rule: 'exactlyOne',
      of: ['monitoredResource', 'resourceGroup', 'syntheticMonitor'],
      source: uptimeSchema('ExactlyOneOf'),
    },
    {
      rule: 'atMostOne',
      of: ['httpCheck', 'tcpCheck'],
      source: 'https://cloud.google.com/monitoring/api/ref_v3/rest/v3/projects.uptimeCheckConfigs',
    },
    {
      rule: 'atLeastOne',
      in: 'httpCheck',
      of: ['authInfo', 'headers', 'maskHeaders', 'path', 'port', 'useSsl'],
      source: uptimeSchema('AtLeastOneOf'),
    },
    {
      rule: 'values',
      at: 'period',
      values: ['60s', '300s', '600s', '900s'],
      source: uptimeSchema('period: the only supported values'),
    },
    {
      rule: 'matches',
      at: 'timeout',
      pattern: /^([1-9]|[1-5]\d|60)s$/,
      expected: '1s to 60s',
      source: uptimeSchema('timeout: between 1 and 60 seconds'),
    },
    {
      rule: 'values',
      at: 'monitoredResource.type',
      values: [
        'aws_ec2_instance',
        'aws_elb_load_balancer',
        'gae_app',
        'gce_instance',
        'k8s_service',
        'servicedirectory_service',
        'uptime_url',
      ],
      source: uptimeSchema('monitored_resource: the supported types'),
    },
    labels('userLabels'),
  ],
  id: (draft) => numbered(draft, 'uptimeCheckConfigs'),
  create: (_draft, id) => ({ outputs: { name: id, uptimeCheckId: id.split('/').at(-1) ?? id } }),
};
