import { regionOf } from '../../config/gcp/zones.ts';
import type { GcpHost } from '../../config/gcpHost.ts';
import type { Answer } from '../../preflight/cloud/area.ts';
import type { Declaration } from '../../preflight/cloud/billable.ts';
import { computeApi, type GoogleAnswers, type Quota } from '../../preflight/cloud/google.ts';
import { ask } from './tool.ts';

/** Credentials that Pulumi's provider takes before application default credentials. */
const providersOwn = ['GOOGLE_CREDENTIALS', 'GOOGLE_OAUTH_ACCESS_TOKEN'];

/** Asks gcloud, which changes nothing. What was not asked is not in the answer. */
export async function askGoogle(
  declared: Declaration & { host: GcpHost },
  stack: string,
  environment: NodeJS.ProcessEnv,
): Promise<GoogleAnswers> {
  const { project, zone } = declared.host;
  const gcloud = async <T>(args: string[], read: (json: unknown) => T): Promise<Answer<T>> =>
    parsed(await ask('gcloud', [...args, '--format=json', '--quiet'], environment), read);
  const inProject = `--project=${project}`;

  const [account, applicationDefault] = await Promise.all([
    gcloud(['auth', 'list', '--filter=status:ACTIVE'], (json) => (json as { account: string }[])[0]?.account),
    hasCredentials(environment),
  ]);
  if (account.kind !== 'answered' || account.value === undefined) return { account, applicationDefault };

  const services = await gcloud(['services', 'list', '--enabled', inProject], (json) =>
    (json as { config: { name: string } }[]).map(({ config }) => config.name),
  );
  if (services.kind !== 'answered') return { account, applicationDefault, services };

  const quotas = (json: unknown) => (json as { quotas: Quota[] }).quotas;
  const compute = services.value.includes(computeApi);
  const [billing, ...limits] = await Promise.all([
    gcloud(
      ['billing', 'projects', 'describe', project],
      (json) => (json as { billingEnabled?: boolean }).billingEnabled === true,
    ),
    ...(compute
      ? [
          gcloud(['compute', 'regions', 'describe', regionOf(zone), inProject], quotas),
          gcloud(['compute', 'project-info', 'describe', inProject], quotas),
        ]
      : []),
  ]);
  const versions = declared.secretsFrom === 'secretManager' ? Object.entries(declared.secretVersions) : [];
  const secrets = await Promise.all(
    versions.map(async ([name, version]) => {
      const secret = `cortex-${stack}-${name}`;
      const describe = ['secrets', 'versions', 'describe', version, `--secret=${secret}`, inProject];
      const state = await gcloud(describe, (json) => (json as { state: string }).state);
      return [`${secret} ${version}`, state] as const;
    }),
  );
  return {
    account,
    applicationDefault,
    services,
    billing,
    quotas: limits,
    secrets: Object.fromEntries(secrets),
  };
}

/** Its output is a token, and goes nowhere. */
async function hasCredentials(environment: NodeJS.ProcessEnv): Promise<Answer<true>> {
  if (providersOwn.some((name) => environment[name])) return { kind: 'answered', value: true };
  const command = ['auth', 'application-default', 'print-access-token', '--quiet'];
  const answer = await ask('gcloud', command, environment, 'neither');
  return answer.kind === 'answered' ? { kind: 'answered', value: true } : answer;
}

function parsed<T>(answer: Answer<string>, read: (json: unknown) => T): Answer<T> {
  if (answer.kind !== 'answered') return answer;
  try {
    return { kind: 'answered', value: read(JSON.parse(answer.value)) };
  } catch {
    return { kind: 'silent', said: 'gcloud printed something else than the JSON that it was asked for' };
  }
}
