import { regionOf } from '../../config/gcp/zones.ts';
import { type Answer, type Area, area, refusal, unanswered, warning } from './area.ts';
import type { Billable, Declaration } from './billable.ts';
import { machineOf } from './machine.ts';

/** What gcloud was asked. Later questions are left out where an earlier answer makes them pointless. */
export interface GoogleAnswers {
  /** the account that gcloud uses; undefined: nobody is logged in */
  account: Answer<string | undefined>;
  /** whether programs, such as Pulumi, get credentials too */
  applicationDefault: Answer<true>;
  /** names of the APIs that are enabled in the project */
  services?: Answer<string[]>;
  billing?: Answer<boolean>;
  /** of the region, and of the project */
  quotas?: Answer<Quota[]>[];
  /** secret version -> its state in Secret Manager, such as ENABLED */
  secrets?: Record<string, Answer<string>>;
}

export interface Quota {
  metric: string;
  limit: number;
  usage: number;
}

export const computeApi = 'compute.googleapis.com';

/** The APIs that the stack's resources, and the way in to its VM, are made by. */
export function wantedServices({ host, alerts, secretsFrom }: Declaration): string[] {
  if (host.kind !== 'gcp') return [];
  const names = [
    ...['compute', 'iam', 'iap', 'artifactregistry'],
    ...(host.login === 'osLogin' ? ['oslogin'] : []),
    // roles on the project are granted by the Resource Manager
    ...(alerts ? ['cloudresourcemanager', 'osconfig', 'logging', 'monitoring'] : []),
    ...(secretsFrom === 'secretManager' ? ['secretmanager'] : []),
  ];
  return names.map((name) => `${name}.googleapis.com`);
}

export function loginArea({ account, applicationDefault }: GoogleAnswers): Area {
  const login = area('Google login');
  const fix = 'Run: gcloud auth login';
  if (account.kind === 'silent') login.unknown.push(unanswered('gcloud', account.said));
  else if (account.kind === 'refused') login.findings.push(refusal('gcloud', account.said, fix));
  else if (account.value === undefined)
    login.findings.push(refusal('gcloud', 'nobody is logged in; SSH to the VM needs it', fix));
  else login.well.push(account.value);

  const where = 'application default credentials';
  const again = 'Run: gcloud auth application-default login';
  if (applicationDefault.kind === 'silent') login.unknown.push(unanswered(where, applicationDefault.said));
  else if (applicationDefault.kind === 'refused')
    login.findings.push(
      refusal(where, `there are none that work; Pulumi needs them (${applicationDefault.said})`, again),
    );
  else login.well.push(where);
  return login;
}

/** @param applied what is there already, and needs no quota again */
export function projectArea(
  declared: Declaration & { host: { kind: 'gcp' } },
  { services, billing, quotas = [], secrets = {} }: GoogleAnswers,
  applied: readonly Billable[],
  wanted: readonly Billable[],
): Area {
  const { project, zone } = declared.host;
  const found = area(`Google project ${project}`);
  if (!services)
    found.unknown.push(
      warning(
        'cortex:host.project',
        'it was not asked: gcloud is not logged in',
        'Log in, and run this again',
      ),
    );
  if (services?.kind === 'refused')
    found.findings.push(
      refusal(
        'cortex:host.project',
        services.said,
        `Look whether ${project} is its ID, and whether you have roles/viewer there`,
      ),
    );
  else if (services?.kind === 'silent') found.unknown.push(unanswered('enabled APIs', services.said));
  else if (services) checkServices(found, project, wantedServices(declared), services.value);

  if (billing?.kind === 'answered' && billing.value) found.well.push('billing');
  else if (billing?.kind === 'answered')
    found.findings.push(
      refusal(
        'billing',
        'it is off, and Google makes no VM without it',
        `Run: gcloud billing projects link ${project} --billing-account=ACCOUNT (gcloud billing accounts list)`,
      ),
    );
  else if (billing) found.unknown.push(unanswered('billing', billing.said));

  const known = quotas.flatMap((answer) => (answer.kind === 'answered' ? answer.value : []));
  for (const answer of quotas)
    if (answer.kind !== 'answered') found.unknown.push(unanswered('quota', answer.said));
  if (known.length > 0) checkQuotas(found, regionOf(zone), quotaNeeds(applied, wanted), known);
  checkVersions(found, secrets);
  return found;
}

function checkServices(found: Area, project: string, wanted: readonly string[], enabled: readonly string[]) {
  const off = wanted.filter((name) => !enabled.includes(name));
  if (off.length === 0) found.well.push(`${wanted.length} APIs`);
  else
    found.findings.push(
      refusal(
        'APIs',
        `not enabled: ${off.join(', ')}`,
        `Run: gcloud services enable --project=${project} ${off.join(' ')}`,
      ),
    );
}

/** How each series is counted: https://cloud.google.com/compute/resource-usage#cpu_quota */
function cpuMetric(series: string): string {
  return ['e2', 'n1'].includes(series) ? 'CPUS' : `${series.toUpperCase()}_CPUS`;
}

/** Quota metric -> how much more of it is needed than is in use by this stack already. */
export function quotaNeeds(
  applied: readonly Billable[],
  wanted: readonly Billable[],
): Record<string, number> {
  const [before, after] = [quotaUse(applied), quotaUse(wanted)];
  return Object.fromEntries(
    Object.entries(after)
      .map(([metric, amount]) => [metric, amount - (before[metric] ?? 0)] as const)
      .filter(([, amount]) => amount > 0),
  );
}

function quotaUse(billables: readonly Billable[]): Record<string, number> {
  const use: Record<string, number> = {};
  const add = (metric: string, amount: number) => {
    use[metric] = (use[metric] ?? 0) + amount;
  };
  for (const billable of billables)
    switch (billable.kind) {
      case 'vm': {
        const machine = machineOf(billable.machineType);
        add('INSTANCES', 1);
        if (!machine) break;
        add(cpuMetric(machine.series), machine.cpus);
        add('CPUS_ALL_REGIONS', machine.cpus);
        break;
      }
      // balanced disks count as SSD
      case 'bootDisk':
      case 'dataDisk':
        add('SSD_TOTAL_GB', billable.sizeGb);
        break;
      case 'nat':
        add('ROUTERS', 1);
        add('IN_USE_ADDRESSES', 1);
        break;
      case 'address':
        add('IN_USE_ADDRESSES', 1);
        break;
      case 'alerts':
      case 'secrets':
        break;
    }
  return use;
}

function checkQuotas(found: Area, region: string, needs: Record<string, number>, quotas: readonly Quota[]) {
  const page = 'Ask for more: https://console.cloud.google.com/iam-admin/quotas';
  const before = found.findings.length;
  for (const [metric, need] of Object.entries(needs)) {
    const quota = quotas.find((each) => each.metric === metric);
    if (!quota)
      found.findings.push(
        warning(
          `quota ${metric}`,
          `Google does not tell it with the others, and ${need} more are needed`,
          'See https://console.cloud.google.com/iam-admin/quotas',
        ),
      );
    else if (quota.usage + need > quota.limit)
      found.findings.push(
        refusal(
          `quota ${metric}`,
          `${need} more are needed in ${region}, and ${quota.limit - quota.usage} of ${quota.limit} are left`,
          `${page}, or choose less or another region`,
        ),
      );
  }
  if (found.findings.length === before) found.well.push(`quota of ${region}`);
}

function checkVersions(found: Area, secrets: Record<string, Answer<string>>) {
  for (const [secret, state] of Object.entries(secrets)) {
    const fix = `Run: gcloud secrets versions list ${secret.split(' ')[0]}; then cortex:secretVersions`;
    if (state.kind === 'silent') found.unknown.push(unanswered(`secret ${secret}`, state.said));
    else if (state.kind === 'refused') found.findings.push(refusal(`secret ${secret}`, state.said, fix));
    else if (state.value !== 'ENABLED')
      found.findings.push(refusal(`secret ${secret}`, `it is ${state.value}`, fix));
    else found.well.push(`secret ${secret}`);
  }
}
