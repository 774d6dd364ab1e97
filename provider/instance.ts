import { createHash } from 'node:crypto';
import { accountPaths } from '../runtimes/accountPaths.ts';
import { problems } from '../runtimes/check.ts';
import { render } from '../runtimes/render.ts';
import type { RenderContext, Rendered } from '../runtimes/runtime.ts';
import { specDigest } from '../spec/digest.ts';
import { type RuntimeName, runtimeNames, type ServiceSpec, secretNames } from '../spec/service.ts';
import { differences } from './differences.ts';
import { directories } from './directories.ts';
import type { InstanceInputs } from './inputs.ts';
import {
  deliverProject,
  instanceRecords,
  mountDirectories,
  putFile,
  putRendered,
  renderedDigests,
} from './instanceFiles.ts';
import { changed, type Observed, observe, stateOf } from './observed.ts';
import { checkUnit, isUnreachable, judge, preflight, refuse } from './preflight.ts';
import { projectArchive } from './projectArchive.ts';
import { containerOf, parseReading, type Reading, strangersOf } from './reading.ts';
import { gone, type Resource } from './resource.ts';
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

/** What was found right after the creation: what later readings are compared with. */
interface Baseline {
  observed: Observed;
  /** path -> sha256 */
  files: Record<string, string>;
  /** secret -> keyed digest */
  secrets: Record<string, string>;
  /** as the program gave them: a refresh writes what it finds over the inputs */
  declared: Pick<InstanceInputs, 'spec' | 'secrets' | 'probe'>;
}

/**
 * One container of a service on one runtime. Immutable: every difference, wherever it comes from, is mended
 * by a new instance. `rolling` ones are replaced create-first, `recreate` ones delete-first, where the delete
 * parks and the create brings the parked one back if it fails (see host/instance.sh).
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

  async preview({ news, ...operation }, hosts) {
    const { host, stack, runtime, name, spec } = news;
    // before the first deployment there is no host to ask
    if (hasUnknown({ host, stack, runtime, name, spec } as Props)) return news;
    const declared = reveal({ host, stack, runtime, name, spec } as Props) as unknown as InstanceInputs;
    try {
      judge(await preflight(declared, hosts, operation), operation.log);
      await checkUnit(declared, hosts, operation);
    } catch (error) {
      if (!isUnreachable(error)) throw error;
      operation.log('warning', `not checked beforehand: ${error.message}`);
    }
    return news;
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
    const context = renderContext(declared, reserved);
    const rendered = render(runtime, spec, context);

    progress(`starting in ${runtime}`);
    const created = await hosts.change(
      stack,
      host,
      [
        `use_service ${words([stack, spec.name])}`,
        ...projectDeliveries(declared),
        putRendered(rendered, context),
        ...Object.entries(instanceRecords(declared)).map(([file, content]) =>
          putFile(`${context.directory}/${file}`, content, '0600'),
        ),
        ...secretNames(spec).map((secret) =>
          putFile(`${context.directory}/secrets/${secret}`, declared.secrets[secret] ?? '', '0600'),
        ),
        `start_instance ${words([name, spec.rollout])}`,
        ...(declared.probe ? [`probe_instance ${words([name, host.account.name])}`] : []),
        `describe_instance ${words([name, host.account.name])}`,
      ].join('\n'),
      { signal, progress },
    );
    const reading = parseReading(created);
    const container = containerOf(reading, runtime, name);
    if (!container) throw new Error(`${name} started, but ${runtime} does not know it`);
    const baseline: Omit<Baseline, 'declared'> = {
      observed: observe(runtime, container, spec),
      files: fileDigests(declared, context, rendered),
      secrets: secretDigests(reading, declared),
    };
    const given: Props = Object.fromEntries(
      (['spec', 'secrets', 'probe'] as const).flatMap((key) =>
        inputs[key] === undefined ? [] : [[key, inputs[key]]],
      ),
    );
    return { id: name, properties: { ...inputs, baseline: { ...baseline, declared: given } } };
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
    if (!container) return gone;
    const baseline = reveal(properties.baseline ?? {}) as unknown as Baseline;
    // What an earlier refresh found is not what is found now.
    const { files: _, ...before } = inputs;
    const live = {
      ...before,
      ...drift(inputs, baseline, container, reading, { ...stored, ...baseline.declared }),
    };
    return { id, inputs: live, properties: { ...live, baseline: properties.baseline ?? {} } };
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

function renderContext({ stack, spec, name = '', host }: InstanceInputs, reserved: string): RenderContext {
  const ports: Record<string, number> = {};
  const addresses: Record<string, string> = {};
  for (const line of reserved.split('\n')) {
    const [kind, key = '', value = ''] = line.split(' ');
    if (kind === 'port') ports[key] = Number(value);
    // A peer's address is in the container's hosts file; others are none of its business.
    if (kind === 'address' && (key === spec.name || spec.peers.includes(key))) addresses[key] = value;
  }
  return {
    stack,
    instance: name,
    directory: directories.instance(stack, spec.name, name),
    account: host.account,
    addresses,
    ports,
    ...mountDirectories(stack, spec),
    digest: specDigest(spec),
  };
}

function projectDeliveries(inputs: InstanceInputs): string[] {
  const sources = new Map<string, string>();
  for (const mount of inputs.spec.mounts)
    if (mount.kind === 'project') sources.set(mount.source, mount.digest);
  return [...sources].map(([source, digest]) =>
    deliverProject(inputs, source, digest, projectArchive(source).tar()),
  );
}

/** Also of the unit as it is installed: what systemd reads is a copy of what was rendered. */
function fileDigests(
  { runtime }: InstanceInputs,
  context: RenderContext,
  rendered: Rendered,
): Record<string, string> {
  const digests = renderedDigests(rendered);
  const unit = digests[`${context.directory}/${context.instance}.container`];
  return runtime === 'podman' && unit ? { ...digests, [accountPaths(context).unit]: unit } : digests;
}

function secretDigests(reading: Reading, { name, spec }: InstanceInputs): Record<string, string> {
  return Object.fromEntries(
    secretNames(spec).map((secret) => [secret, reading.secrets[`${name}-${secret}`] ?? '']),
  );
}

/** What differs on the host, written over the inputs, so that the engine shows old and new on the property. */
function drift(
  inputs: Props,
  baseline: Baseline,
  container: Parameters<typeof observe>[1],
  reading: Reading,
  stored: InstanceInputs,
): Props {
  const result: Props = { state: stateOf(container) };

  const spec = structuredClone(stored.spec) as unknown as Record<string, Plain>;
  for (const [path, value] of Object.entries(
    changed(baseline.observed, observe(stored.runtime, container, stored.spec)),
  )) {
    setPath(spec, path.split('.'), value);
  }
  result.spec = sealLike(spec, inputs.spec);

  const files: Record<string, string> = {};
  for (const [path, digest] of Object.entries(baseline.files)) {
    const now = reading.files[path];
    if (now !== digest) files[path] = now === undefined ? 'removed on the host' : 'changed on the host';
  }
  if (Object.keys(files).length > 0) result.files = files;

  const secrets: Props = { ...stored.secrets };
  const now = secretDigests(reading, stored);
  for (const [secret, digest] of Object.entries(baseline.secrets)) {
    if (now[secret] !== digest)
      secrets[secret] = now[secret] === '' ? 'removed on the host' : 'changed on the host';
  }
  result.secrets = new Secret(secrets);

  const { probe } = stored;
  const said = reading.probes[stored.name ?? ''];
  if (probe) result.probe = { ...probe, ...(said !== undefined && { expected: said }) };
  return result;
}

function setPath(object: Record<string, Plain>, path: string[], value: Plain): void {
  const [key = '', ...rest] = path;
  if (rest.length === 0) {
    if (value === null) delete object[key];
    else object[key] = value;
    return;
  }
  const child = object[key];
  const next = typeof child === 'object' && child !== null && !Array.isArray(child) ? { ...child } : {};
  object[key] = next;
  setPath(next, rest, value);
}
