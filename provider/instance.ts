import { createHash } from 'node:crypto';
import { accountPaths } from '../runtimes/accountPaths.ts';
import { problems } from '../runtimes/check.ts';
import { render } from '../runtimes/render.ts';
import type { RenderContext, Rendered } from '../runtimes/runtime.ts';
import { type RuntimeName, runtimeNames, type ServiceSpec, secretNames } from '../spec/service.ts';
import { baselineText, parseBaseline } from './baseline.ts';
import { type Change, changesText, setPath } from './change.ts';
import { differences } from './differences.ts';
import { instanceDrift, madeBy, renderContext, textDiffs } from './drift.ts';
import type { InstanceInputs } from './inputs.ts';
import {
  dataDirectories,
  deliveryLine,
  instanceRecords,
  putFile,
  putRendered,
  renderedDigests,
} from './instanceFiles.ts';
import { observe } from './observed.ts';
import { checkUnit, isUnreachable, judge, preflight, refuse } from './preflight.ts';
import { projectArchive } from './projectArchive.ts';
import { containerOf, parseReading, type Reading, strangersOf } from './reading.ts';
import { gone, kept, type Resource } from './resource.ts';
import type { CheckFailure } from './rpc/resourceProvider.ts';
import {
  hasUnknown,
  isObject,
  type Plain,
  type Props,
  reveal,
  Secret,
  sealLike,
  Unknown,
} from './rpc/value.ts';
import { words } from './words.ts';

/**
 * One container of a service on one runtime. Immutable: every difference, wherever it comes from, is mended
 * by a new instance. `rolling` ones are replaced create-first, `recreate` ones delete-first, where the delete
 * announces and the create parks, and brings the parked one back if it fails (see host/instance.sh).
 */
export const instance: Resource = {
  check({ olds, news, randomSeed }) {
    const service = specOf(news).name;
    const name =
      news.name ?? olds?.name ?? (typeof service === 'string' ? autoname(service, randomSeed) : Unknown);
    return { inputs: { ...news, name, state: 'running' }, failures: refusals(news) };
  },

  diff({ oldInputs, news }) {
    const found = differences(oldInputs, news);
    const paths = Object.keys(found);
    return {
      changes: paths.length > 0,
      replaces: paths,
      deleteBeforeReplace: [oldInputs, news].some((inputs) => specOf(inputs).rollout === 'recreate'),
      detailedDiff: Object.fromEntries(
        Object.entries(found).map(([path, kind]) => [
          path,
          { kind: `${kind}_REPLACE` as const, inputDiff: true },
        ]),
      ),
    };
  },

  applied({ oldInputs, olds }) {
    const { files: _, containerName: __, ...inputs } = oldInputs;
    return { ...inputs, state: 'running', ...(isObject(olds.declared) && olds.declared) };
  },

  outcome: (news) => mends(specOf(news).rollout === 'recreate' ? 'recreate' : 'rolling'),

  async preview({ news, ...operation }, hosts) {
    const { host, stack, runtime, name, spec } = news;
    // before the first deployment there is no host to ask
    if (hasUnknown({ host, stack, runtime, name, spec } as Props)) return exported(news);
    const declared = reveal({ host, stack, runtime, name, spec } as Props) as unknown as InstanceInputs;
    try {
      judge(await preflight(declared, hosts, operation), operation.log);
      await checkUnit(declared, hosts, operation);
    } catch (error) {
      if (!isUnreachable(error)) throw error;
      operation.log('warning', `not checked beforehand: ${error.message}`);
    }
    return exported(news);
  },

  async create({ inputs, ...operation }, hosts) {
    const { signal, log } = operation;
    const declared = reveal(inputs) as unknown as InstanceInputs & { name: string };
    const { host, stack, spec, name, runtime } = declared;
    const progress = (message: string) => log('info', message, { ephemeral: true });
    hosts.declare(host);

    refuse(await preflight(declared, hosts, operation));

    progress('reserving addresses');
    const reserved = await hosts.change(
      stack,
      host,
      [
        `use_service ${words([stack, spec.name])}`,
        `reserve_instance ${words([name, ...spec.ports.map((port) => port.port)])}`,
      ].join('\n'),
      { signal, progress },
    );
    const context = renderContext(declared, given(reserved));
    const rendered = render(runtime, spec, context);

    const digests = fileDigests(declared, context, rendered);
    progress(`starting in ${runtime}`);
    const created = await hosts.change(
      stack,
      host,
      [
        `use_service ${words([stack, spec.name])}`,
        putRendered(rendered, context),
        putFile(`${context.directory}/digests`, digestLines(digests), '0600'),
        ...Object.entries(instanceRecords(declared)).map(([file, content]) =>
          putFile(`${context.directory}/${file}`, content, '0600'),
        ),
        ...secretNames(spec).map((secret) =>
          putFile(`${context.directory}/secrets/${secret}`, declared.secrets[secret] ?? '', '0600'),
        ),
        ...projectDeliveries(declared, context),
        `start_instance ${words([name])}`,
        ...(declared.probe ? [`probe_instance ${words([name, host.account.name])}`] : []),
        `serve_successor ${words([name])}`,
        `describe_instance ${words([name, host.account.name])}`,
      ].join('\n'),
      { signal, progress },
    );
    const reading = parseReading(created);
    const container = containerOf(reading, runtime, name);
    if (!container) throw new Error(`${name} started, but ${runtime} does not know it`);
    const baseline = baselineText({
      observed: observe(runtime, container, spec),
      files: digests,
      secrets: secretDigests(reading, declared),
      made: madeBy(runtime, container, reading),
    });
    return { id: name, properties: { ...exported(inputs), baseline } };
  },

  async read({ id, inputs, properties, log }, hosts) {
    const stored = reveal(inputs) as unknown as InstanceInputs;
    const { host, stack, spec } = stored;
    const reading = await hosts.read(stack, host);
    if (!reading) return gone;
    for (const stranger of strangersOf(reading, stack, spec.name)) {
      log(
        'warning',
        `container "${stranger.name}" in ${stranger.runtime} on the host looks like ${spec.name} and is none of this stack's: ` +
          'it is left alone. Remove it by hand if nobody needs it.',
      );
    }
    const container = containerOf(reading, stored.runtime, id);
    // The engines answered and do not have it: that is what "gone" means.
    if (!container) {
      log('warning', goneText(spec.name, id, reading));
      return gone;
    }
    const baseline = parseBaseline(reveal(properties.baseline ?? null));
    const declared = properties.declared ?? declaredIn(inputs);
    const applied = { ...stored, ...(reveal(declared) as Partial<InstanceInputs>), name: id };
    const found = { stored: applied, baseline, container, reading };
    const changes = instanceDrift(found, await textDiffs(reading));
    const ours = changes.filter(({ whose }) => whose === 'host');
    const others = changes.filter(({ whose }) => whose === 'runtime');
    if (ours.length > 0)
      log('warning', changesText(`${spec.name} is not as it was deployed:`, ours, mends(spec.rollout)));
    if (others.length > 0) log('debug', changesText(`${spec.name} is as its engine has it now:`, others, ''));
    for (const told of foreignData(applied, reading)) log('warning', told);
    // What an earlier refresh found is not what is found now.
    const { files: _, containerName: __, ...before } = inputs;
    const live = { ...before, ...written(inputs, applied, ours) };
    const made: Props = { ...exported(live), baseline: properties.baseline ?? null };
    return { id, inputs: live, properties: { ...made, ...kept(ours.length > 0, { declared }) } };
  },

  async delete({ id, oldInputs, signal, log }, hosts) {
    const { host, stack, spec } = reveal(oldInputs) as unknown as InstanceInputs;
    const progress = (message: string) => log('info', message, { ephemeral: true });
    await hosts.remove(
      stack,
      host,
      `use_service ${words([stack, spec.name])}\ndelete_instance ${words([id])}`,
      {
        signal,
        progress,
      },
    );
  },
};

/** What a program gets to know of an instance. The rest of its inputs is in the state as that: once is enough. */
function exported({ name = null }: Props): Props {
  return { name };
}

/** As the program gave them. Kept where a refresh writes what it found over the inputs. */
function declaredIn(inputs: Props): Props {
  return Object.fromEntries(
    (['spec', 'secrets', 'probe'] as const).flatMap((key) =>
      inputs[key] === undefined ? [] : [[key, inputs[key]]],
    ),
  );
}

/** The same for a preview and the update that follows it; never the same twice for one service. */
function autoname(service: string, randomSeed: Uint8Array): string {
  return `${service}-${createHash('sha256').update(service).update(randomSeed).digest('hex').slice(0, 7)}`;
}

/** The spec as far as it is known, also of one that holds a secret. */
function specOf(inputs: Props): Props {
  const spec = inputs.spec instanceof Secret ? inputs.spec.value : inputs.spec;
  return isObject(spec) ? spec : {};
}

/** What the runtime cannot honour, told while nothing is parked yet. */
function refusals({ runtime, spec }: Props): CheckFailure[] {
  if (!runtimeNames.includes(runtime as RuntimeName) || spec === undefined || hasUnknown(spec)) return [];
  return problems(runtime as RuntimeName, reveal(spec) as unknown as ServiceSpec).map((reason) => ({
    property: 'spec',
    reason,
  }));
}

/** What the host gave an instance: `reserve_instance` prints it. */
function given(reserved: string): Pick<RenderContext, 'ports' | 'addresses'> {
  const ports: Record<string, number> = {};
  const addresses: Record<string, string> = {};
  for (const line of reserved.split('\n')) {
    const [kind, key = '', value = ''] = line.split(' ');
    if (kind === 'port') ports[key] = Number(value);
    if (kind === 'address') addresses[key] = value;
  }
  return { ports, addresses };
}

/** The project's files that the instance mounts: the host delivers them when nobody else writes there. */
function projectDeliveries(inputs: InstanceInputs, { directory }: RenderContext): string[] {
  const sources = new Map<string, string>();
  for (const mount of inputs.spec.mounts)
    if (mount.kind === 'project') sources.set(mount.source, mount.digest);
  const deliveries = [...sources].map(([source, digest], index) => ({
    archive: `${index}.tar`,
    tar: projectArchive(source).tar(),
    line: deliveryLine(inputs, source, digest),
  }));
  if (deliveries.length === 0) return [];
  const list = deliveries.map(({ archive, line }) => `${archive} ${line}\n`).join('');
  return [
    ...deliveries.map(({ archive, tar }) => putFile(`${directory}/deliveries/${archive}`, tar, '0600')),
    putFile(`${directory}/deliveries/list`, list, '0600'),
  ];
}

/** Also of what is installed: what the account's systemd and its containers read is a copy of what was rendered. */
function fileDigests(
  { runtime, spec }: InstanceInputs,
  context: RenderContext,
  rendered: Rendered,
): Record<string, string> {
  const digests = renderedDigests(rendered);
  if (runtime !== 'podman') return digests;
  const { unit, configs } = accountPaths(context);
  const copies = [
    [`${context.directory}/${context.instance}.container`, unit],
    ...spec.configs.map(({ config }) => [`${context.directory}/configs/${config}`, `${configs}/${config}`]),
  ].flatMap(([from = '', to = '']) => (digests[from] ? [[to, digests[from]]] : []));
  return { ...digests, ...Object.fromEntries(copies) };
}

/** As `sha256sum` prints them. */
function digestLines(digests: Record<string, string>): string {
  return Object.entries(digests)
    .map(([path, digest]) => `${digest}  ${path}\n`)
    .join('');
}

function secretDigests(reading: Reading, { name, spec }: InstanceInputs): Record<string, string> {
  return Object.fromEntries(
    secretNames(spec).map((secret) => [secret, reading.secrets[`${name}-${secret}`] ?? '']),
  );
}

/** What differs on the host, written over the inputs, so that the engine shows old and new on the property. */
function written(inputs: Props, { spec, secrets, probe }: InstanceInputs, changes: readonly Change[]): Props {
  const live = structuredClone({ spec, secrets, probe }) as unknown as Record<string, Plain>;
  live.state = 'running';
  for (const { path, now } of changes) setPath(live, path, now);
  const { probe: said, ...rest } = live;
  return {
    ...rest,
    spec: sealLike(live.spec ?? null, inputs.spec),
    secrets: new Secret(live.secrets ?? {}),
    ...(probe && { probe: said }),
  } as Props;
}

/** What `up` does about it: the fear of an operator is what it might break. */
function mends(rollout: ServiceSpec['rollout']): string {
  return rollout === 'rolling'
    ? 'pulumi up starts a new instance beside this one and switches to it once it is healthy: this one serves until then.'
    : 'pulumi up stops it while its requests wait, and starts a new one on the same data; if that one does not become healthy, this one serves again.';
}

/** Data that is not what an instance took over last. It is left alone: which of both is right, only a person knows. */
function foreignData({ stack, spec }: InstanceInputs, { foreignVolumes }: Reading): string[] {
  return dataDirectories(stack, spec).flatMap(({ directory }) => {
    const kind = directory.includes('/volumes/') ? 'volume' : 'project';
    const found = foreignVolumes[`${kind}.${directory.replace(/^.*\//, '')}`];
    if (found === undefined) return [];
    return [
      `${spec.name}: what is in ${directory} ${found} (someone changed it on the host). It is left alone, and ` +
        `${spec.name} is not replaced before it is put right: docs/recovery.md, "the data is not what was there".`,
    ];
  });
}

function goneText(service: string, instance: string, { accountUnits }: Reading): string {
  const unit = accountUnits[`${instance}.service`];
  const how =
    unit?.load === 'loaded' ? `its unit ${instance}.service is ${unit.active}` : 'its container is not there';
  return `${service} does not run: ${how} (someone changed it on the host). pulumi up starts a new instance on the same data.`;
}
