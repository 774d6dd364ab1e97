import type { HoldLimits } from '../spec/hold.ts';
import { composeFileOf } from '../spec/project.ts';
import type { ServiceSpec } from '../spec/service.ts';
import type { ExternalVolume } from '../spec/volume.ts';
import type { Build } from './build.ts';
import { exposeWhatIsCalled } from './called.ts';
import { readConfigs } from './configs.ts';
import type { Context } from './context.ts';
import { readDotEnv } from './dotEnv.ts';
import { environmentSecret } from './environment.ts';
import { expand } from './expand.ts';
import { readNetworks } from './networks.ts';
import { ComposeError, type Problem } from './problem.ts';
import type { ProjectFiles } from './project.ts';
import { activeDependencies, checkRelations } from './relations.ts';
import { schemaFaults } from './schema.ts';
import { readSecrets, type SecretSource } from './secrets.ts';
import { type ReadService, readService } from './service.ts';
import { parseSource } from './source.ts';
import { Problems, Value } from './value.ts';
import { readVolumes } from './volumes.ts';

export interface ComposeInput {
  /** the compose file, relative to the project; default: the one that `docker compose` would take */
  file?: string;
  project: ProjectFiles;
  /** cortex:env */
  env: Readonly<Record<string, string>>;
  /** the names in cortex:secrets; their values are not needed here */
  secretNames: readonly string[];
  /** cortex:profiles */
  profiles: readonly string[];
  /** names of the secrets and configs that the stack itself supplies: `external: true` in the file */
  supplied: { secrets: readonly string[]; configs: readonly string[] };
}

export interface Compose {
  /** the active services, as the file orders them */
  services: ServiceSpec[];
  /** how the image of a service is built; none where it is made elsewhere */
  builds: Record<string, Build>;
  /** service -> how much may wait while it is replaced */
  holds: Record<string, HoldLimits>;
  /** where the value of each secret comes from */
  secrets: Record<string, SecretSource>;
  /** secrets that are in plain text in `.env`, by the name they would have in cortex:secrets. Never to be printed */
  plainSecrets: Record<string, string>;
  /** volumes of an engine that active services mount: their data is carried in */
  externalVolumes: ExternalVolume[];
  warnings: Problem[];
}

/**
 * Reads a compose file into specs. The content of a config that the stack supplies is '' in them, and is
 * filled in by `withConfig` of spec/config.ts.
 * @throws ComposeError with everything that is wrong with the file; nothing else.
 */
export function loadCompose(input: ComposeInput): Compose {
  const { project } = input;
  const file = input.file ?? composeFileOf((name) => typeof project.read(name) === 'string');
  const text = project.read(file);
  const source = parseSource(typeof text === 'string' ? text : '');
  const problems = new Problems(file, source);
  if (typeof text !== 'string') {
    problems.add([], {
      expected: `a compose file of the project; it ${text.reason}`,
      fix: 'put it there',
    });
    throw new ComposeError(file, problems.all);
  }
  for (const { line, message } of source.faults) {
    problems.add([], { found: message, expected: 'valid YAML', fix: 'correct it' }, { file, line });
  }
  const compose = problems.all.length > 0 ? undefined : read(source.value, input, problems);
  const errors = problems.all.filter(({ severity }) => severity === 'error');
  if (!compose || errors.length > 0)
    throw new ComposeError(
      file,
      errors.sort((a, b) => a.line - b.line),
    );
  return { ...compose, warnings: problems.all };
}

function read(
  value: unknown,
  input: ComposeInput,
  problems: Problems,
): Omit<Compose, 'warnings'> | undefined {
  const chosen = { env: input.env, secretNames: input.secretNames };
  const dotEnv = readDotEnv(input.project, chosen, problems);
  const variables = {
    env: { ...dotEnv.env, ...chosen.env },
    secretNames: [...chosen.secretNames, ...Object.keys(dotEnv.secrets)],
  };
  const file = new Value(expand(value, variables, problems), [], problems);
  const faults = schemaFaults(file.raw);
  for (const { path, ...complaint } of faults) problems.add(path, complaint);
  checkTop(file);
  // readers rely on the shape of what they read; a service of the wrong shape spoils only itself
  if (faults.some(({ path }) => path[0] !== 'services' || path.length < 2)) return undefined;
  const spoilt = new Set(faults.map(({ path }) => path[1]));

  const services = file.get('services');
  const context: Context = {
    project: input.project,
    variables,
    services: services.keys(),
    networks: readNetworks(file.get('networks')),
    volumes: readVolumes(file.get('volumes')),
    secrets: readSecrets(file.get('secrets'), variables.secretNames, input.supplied.secrets),
    configs: readConfigs(file.get('configs'), input.project, variables, input.supplied.configs),
  };
  const all = services
    .entries()
    .filter(([name]) => !spoilt.has(name))
    .map(([name, service]) => readService(name, service, context));
  const active = all.filter(({ profiles }) => isActive(profiles, input.profiles));
  exposeWhatIsCalled(all);
  checkRelations(all, active);
  checkProfiles(services, all, input.profiles);
  checkBuilds(active);
  return {
    services: active.map((service) => ({ ...service.spec, dependsOn: activeDependencies(service, active) })),
    builds: Object.fromEntries(active.flatMap(({ spec, build }) => (build ? [[spec.name, build]] : []))),
    holds: Object.fromEntries(active.map(({ spec, hold }) => [spec.name, hold])),
    secrets: { ...Object.fromEntries(context.secrets), ...environmentSecrets(variables.secretNames, active) },
    plainSecrets: dotEnv.secrets,
    externalVolumes: [...context.volumes].flatMap(([name, { external }]) =>
      external && active.some(({ spec }) => mountsVolume(spec, name)) ? [external] : [],
    ),
  };
}

function checkTop(file: Value): void {
  file.refuseOtherThan(['name', 'version', 'services', 'networks', 'volumes', 'secrets', 'configs'], {
    include: 'put its services into this file',
  });
  if (file.get('version').there) {
    file.get('version').complain({
      severity: 'warning',
      expected: 'nothing: the Compose Specification has no versions, and Docker ignores it',
      fix: 'delete it',
    });
  }
  if (file.get('name').there) {
    file.get('name').complain({
      severity: 'warning',
      expected: 'nothing: the name of the Pulumi stack is used instead',
      fix: 'keep it for `docker compose` at your desk, or delete it',
    });
  }
  const services = file.get('services');
  if (file.isMap && (services.raw === undefined || services.isMap) && services.keys().length === 0) {
    file.complain({ found: '', expected: 'at least one service', fix: 'add one under `services:`' });
  }
}

/** Where the values are that services want as environment variables. */
function environmentSecrets(
  names: readonly string[],
  active: readonly ReadService[],
): Record<string, SecretSource> {
  const used = new Set(active.flatMap(({ spec }) => Object.values(spec.secretEnvironment ?? {})));
  return Object.fromEntries(
    names
      .map((name): [string, SecretSource] => [environmentSecret(name), { from: 'config', name }])
      .filter(([secret]) => used.has(secret)),
  );
}

function mountsVolume({ mounts }: ServiceSpec, name: string): boolean {
  return mounts.some((mount) => mount.kind === 'volume' && mount.volume === name);
}

function isActive(own: readonly string[], chosen: readonly string[]): boolean {
  return own.length === 0 || own.some((profile) => chosen.includes(profile));
}

/** One name cannot be two images. */
function checkBuilds(active: readonly ReadService[]): void {
  const builders = new Map<string, string>();
  for (const { spec, build, at } of active) {
    if (!build) continue;
    const other = builders.get(spec.image);
    if (other !== undefined)
      at.get('build').complain({
        found: `"${spec.image}"`,
        expected: `an image that ${other} does not build as well`,
        fix: 'name another one under `image`, or build it in one of them only',
      });
    builders.set(spec.image, spec.name);
  }
}

/** A profile that no service has is a slip of the pen in the stack's config. */
function checkProfiles(services: Value, all: readonly ReadService[], chosen: readonly string[]): void {
  const known = new Set(all.flatMap(({ profiles }) => profiles));
  for (const profile of chosen) {
    if (known.has(profile)) continue;
    services.complain({
      found: `"${profile}" in cortex:profiles`,
      expected: `a profile of this file: ${[...known].sort().join(', ') || 'it has none'}`,
      fix: 'correct cortex:profiles',
    });
  }
}
