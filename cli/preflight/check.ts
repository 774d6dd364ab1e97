import { ComposeError } from '../../compose/problem.ts';
import { buildsImages, fileSources, secretNames } from '../../config/files.ts';
import { type ParsedConfig, parseConfig } from '../../config/parse.ts';
import { ConfigError } from '../../config/problem.ts';
import { type Area, area, refusal } from '../../preflight/cloud/area.ts';
import { appliedBillables, declaredBillables, type StateResource } from '../../preflight/cloud/billable.ts';
import { cloudflareArea } from '../../preflight/cloud/cloudflare.ts';
import { type Cost, cost } from '../../preflight/cloud/cost.ts';
import { loginArea, projectArea } from '../../preflight/cloud/google.ts';
import { placeholders } from '../../preflight/cloud/placeholders.ts';
import { secretsArea } from '../../preflight/cloud/secrets.ts';
import { toolsArea, wantedTools } from '../../preflight/cloud/tools.ts';
import type { Finding } from '../../preflight/finding.ts';
import { declaredStack } from '../../system/declared.ts';
import type { Context } from '../context.ts';
import { CliError } from '../exit.ts';
import { askCloudflare } from './cloudflare.ts';
import { askGoogle } from './google.ts';
import { toolVersions } from './tools.ts';

export interface Preflight {
  stack: string;
  areas: Area[];
  /** undefined: the configuration cannot be read, or the clouds are simulated */
  cost: Cost | undefined;
}

/** @param name default: the stack that Pulumi has selected. @throws {CliError} where that is not known */
export async function check(context: Context, name: string | undefined): Promise<Preflight> {
  const { stack, resources, state } = await applied(context, name);
  const { declared, configuration } = readDeclared(context, stack);
  const gcp = declared?.host.kind === 'gcp';
  const tools = wantedTools({ gcp, builds: buildsImages(context.root) });
  const [versions, google, cloudflare] = await Promise.all([
    toolVersions(tools, context.environment),
    declared ? googleAreas(declared, resources, context) : [],
    declared?.tunnel && !declared.rehearsal ? cloudflareOf(declared.tunnel, stack, context) : [],
  ]);
  return {
    stack,
    areas: [
      toolsArea(tools, versions),
      state,
      configuration,
      ...(declared ? [secrets(declared, context)] : []),
      ...google,
      ...cloudflare,
    ],
    cost: declared && !declared.rehearsal ? cost(appliedBillables(resources, declared), declared) : undefined,
  };
}

interface Applied {
  stack: string;
  /** empty before the first `up` */
  resources: readonly StateResource[];
  state: Area;
}

/** A stack that Pulumi does not know has nothing applied. */
async function applied(context: Context, name: string | undefined): Promise<Applied> {
  const state = area('stack');
  try {
    const { name: stack, resources } = await context.openStack(name);
    state.well.push(
      resources.length === 0 ? `${stack}: nothing is deployed` : `${stack}: ${resources.length} resources`,
    );
    return { stack, resources, state };
  } catch (error) {
    if (!(error instanceof CliError) || name === undefined) throw error;
    state.findings.push(refusal('pulumi', error.message, `Run pulumi login, and: pulumi stack init ${name}`));
    return { stack: name.split('/').at(-1) ?? name, resources: [], state };
  }
}

function readDeclared({ root }: Context, stack: string): { declared?: ParsedConfig; configuration: Area } {
  const configuration = area('configuration');
  let declared: ParsedConfig | undefined;
  try {
    declared = parseConfig(fileSources(root, stack));
    configuration.well.push(`Pulumi.${stack}.yaml`);
    if (declared.rehearsal) configuration.well.push('the clouds are simulated, and not asked');
    else configuration.findings.push(...placeholders(declared));
    declaredStack(root, stack, secretNames(root));
    configuration.well.push('compose.yaml');
  } catch (error) {
    configuration.findings.push(...problemsOf(error));
  }
  return { ...(declared && { declared }), configuration };
}

/** @throws what is no problem of the configuration */
function problemsOf(error: unknown): Finding[] {
  const told = (where: string, found: string, expected: string, fix: string) =>
    refusal(where, `${found === '' ? '' : `found ${found}, `}expected ${expected}`, fix);
  if (error instanceof ConfigError)
    return error.problems.map(({ key, found, expected, fix }) => told(key, found, expected, fix));
  if (!(error instanceof ComposeError)) throw error;
  return error.problems
    .filter(({ severity }) => severity === 'error')
    .map(({ file, line, path, found, expected, fix }) =>
      told(`${file}:${line} ${path}`, found, expected, fix),
    );
}

function secrets({ secretsFrom, secrets: values, secretVersions }: ParsedConfig, { root }: Context): Area {
  const names = Object.keys(secretsFrom === 'config' ? values : secretVersions);
  return secretsArea(secretNames(root), { from: secretsFrom, names });
}

async function googleAreas(
  declared: ParsedConfig,
  resources: readonly StateResource[],
  { environment }: Context,
): Promise<Area[]> {
  const { host, stack } = declared;
  if (host.kind !== 'gcp' || declared.rehearsal) return [];
  const onGoogle = { ...declared, host };
  const answers = await askGoogle(onGoogle, stack, environment);
  const project = projectArea(
    onGoogle,
    answers,
    appliedBillables(resources, declared),
    declaredBillables(declared),
  );
  return [loginArea(answers), project];
}

async function cloudflareOf(
  tunnel: NonNullable<ParsedConfig['tunnel']>,
  stack: string,
  { environment }: Context,
): Promise<Area[]> {
  return [cloudflareArea(tunnel, `cortex-${stack}`, await askCloudflare(tunnel, environment))];
}
