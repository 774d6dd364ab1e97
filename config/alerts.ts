import { type Problem, removeCommand, show } from './problem.ts';
import { fields, isObject, type Read, required, text } from './read.ts';

/** Where Google Cloud tells that something is wrong with the stack. */
export interface AlertsConfig {
  email: string;
}

const alerts = fields<AlertsConfig>({
  email: required(
    text({ what: 'an e-mail address', example: 'ops@example.com', pattern: /^[^\s@]+@[\w-]+(\.[\w-]+)+$/ }),
  ),
});

/** An empty object: nothing watches the stack. */
export const readAlerts: Read<AlertsConfig | undefined> = (value, key, problems) =>
  isObject(value) && Object.keys(value).length === 0 ? undefined : alerts(value, key, problems);

/** Google Cloud watches what is on Google Cloud. */
export function checkAlerts({
  host,
  alerts,
}: {
  host: { kind: string } | undefined;
  alerts: AlertsConfig | undefined;
}): Problem[] {
  if (!alerts || !host || host.kind === 'gcp') return [];
  const expected = "nothing: it needs host.kind 'gcp', because Google Cloud watches the VM";
  return [{ key: 'cortex:alerts', found: show(alerts), expected, fix: removeCommand('cortex:alerts') }];
}
