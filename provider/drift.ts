import { accountPaths } from '../runtimes/accountPaths.ts';
import { render } from '../runtimes/render.ts';
import type { RenderContext } from '../runtimes/runtime.ts';
import { specDigest } from '../spec/digest.ts';
import type { RuntimeName } from '../spec/service.ts';
import type { Baseline } from './baseline.ts';
import { type Change, somebodys } from './change.ts';
import { directories } from './directories.ts';
import type { InstanceInputs } from './inputs.ts';
import { mountDirectories } from './instanceFiles.ts';
import { masked } from './masked.ts';
import { changed, type Inspected, idOf, isFixed, nameOf, observe, stateOf } from './observed.ts';
import type { Reading } from './reading.ts';
import type { Plain } from './rpc/value.ts';

/** An instance that is there: what was applied, what it was found to be then, and what it is now. */
export interface Found {
  stored: InstanceInputs & { name: string };
  baseline: Baseline;
  container: Inspected;
  reading: Reading;
}

/** Everything about an instance that is not as it was applied. Where it is to be shown, no secret is in it. */
export function instanceDrift(found: Found, textDiff: TextDiff): Change[] {
  return [
    ...state(found),
    ...properties(found),
    ...files(found, textDiff),
    ...secrets(found),
    ...probe(found),
  ];
}

/** The lines that differ between two texts. */
export type TextDiff = (before: string, after: string, secrets: readonly string[]) => string;

/** Loaded where there is something to compare: a clean reading does without. */
export async function textDiffs({ texts }: Reading): Promise<TextDiff> {
  if (Object.keys(texts).length === 0) return () => '';
  return (await import('./textDiff.ts')).textDiff;
}

function state({ stored, container }: Found): Change[] {
  const [now, name] = [stateOf(container), nameOf(container)];
  return [
    ...(now === 'running' ? [] : [somebodys(['state'], 'running', now)]),
    ...(name === stored.name ? [] : [somebodys(['containerName'], stored.name, name)]),
  ];
}

function properties(found: Found): Change[] {
  const { stored, baseline, container } = found;
  return changed(baseline.observed, observe(stored.runtime, container, stored.spec)).map(
    ({ path, before, now }) => ({
      path: ['spec', ...path],
      applied: masked(before, path.at(-1)),
      now: masked(now, path.at(-1)),
      whose: isRuntimes(found, path) ? 'runtime' : 'host',
    }),
  );
}

/**
 * Another version of the engine spells and fills in things in its own way. It is its doing where nobody else can
 * have done it: the container is the one that was made, or was made of the unit that was delivered, and either
 * nobody can change this of a container, or the program says nothing of it.
 */
function isRuntimes({ stored, baseline, container, reading }: Found, path: string[]): boolean {
  const { made } = baseline;
  const engine = reading.engines[stored.runtime];
  if (!made || !engine || made.engine === engine) return false;
  const asMade =
    stored.runtime === 'docker'
      ? made.id === idOf(container)
      : Object.entries(baseline.files).every(([file, digest]) => reading.files[file] === digest);
  return asMade && (isFixed(path.join('.')) || !says(stored.spec as unknown as Plain, path));
}

/** Whether a spec has a word of its own for this. */
function says(spec: Plain, [key = '', ...rest]: string[]): boolean {
  if (typeof spec !== 'object' || spec === null || Array.isArray(spec)) return false;
  const value = spec[key] ?? null;
  if (rest.length > 0 && value !== null) return says(value, rest);
  return value !== null && !(Array.isArray(value) && value.length === 0);
}

const onHost = { changed: 'changed on the host', removed: 'removed on the host', added: 'added on the host' };

function files({ stored, baseline, reading }: Found, textDiff: TextDiff): Change[] {
  const { name, runtime } = stored;
  const differing = Object.entries(baseline.files).filter(([path, digest]) => reading.files[path] !== digest);
  const expected = differing.some(([path]) => path in reading.texts) ? renderedTexts(stored, reading) : {};
  const changes = differing.map(([path]): Change => {
    const gone = reading.files[path] === undefined;
    const [before, after] = [expected[path], reading.texts[path]];
    const text = before !== undefined && after !== undefined && before !== after;
    return {
      ...somebodys(['files', path], 'as applied', gone ? onHost.removed : onHost.changed),
      ...(text && { text: textDiff(before, after, Object.values(stored.secrets)) }),
    };
  });
  if (runtime !== 'podman') return changes;
  const unit = reading.accountUnits[`${name}.service`];
  const { parked } = accountPaths({ account: stored.host.account, instance: name });
  return [
    ...changes,
    // what systemd reads beside the unit, and what keeps it from starting
    ...[...(unit?.dropIns ?? []), ...overridesOf(stored, reading)].map((path) =>
      somebodys(['files', path], null, onHost.added),
    ),
    ...(unit?.load === 'masked' ? [somebodys(['files', `${name}.service`], null, 'masked on the host')] : []),
    ...(parked in reading.files ? [somebodys(['files', parked], null, onHost.added)] : []),
  ];
}

/** Files with parts of the unit, which Quadlet takes into it (podman-systemd.unit(5)): systemd does not list them. */
function overridesOf({ name, host }: Found['stored'], { files }: Reading): string[] {
  const { unit } = accountPaths({ account: host.account, instance: name });
  return Object.keys(files).filter((path) => path.startsWith(`${unit}.d/`));
}

/** The files as they were delivered, as far as they can be rendered again. */
function renderedTexts(stored: Found['stored'], reading: Reading): Record<string, string> {
  const { spec, name, runtime } = stored;
  const context = renderContext(stored, {
    ports: reading.services[spec.name]?.instances[name] ?? {},
    addresses: reading.addresses,
  });
  const files = render(runtime, spec, context).files.map(({ path, content }) => [path, content] as const);
  const unit = files.find(([path]) => path.endsWith(`/${name}.container`))?.[1];
  const { unit: installed } = accountPaths(context);
  return Object.fromEntries([...files, ...(unit === undefined ? [] : [[installed, unit] as const])]);
}

/** What only the host knows, and where everything lies there. */
export function renderContext(
  { stack, spec, name, host }: Found['stored'],
  given: Pick<RenderContext, 'ports' | 'addresses'>,
): RenderContext {
  // A peer's address is in the container's hosts file; others are none of its business.
  const near = Object.entries(given.addresses).filter(
    ([key]) => key === spec.name || spec.peers.includes(key),
  );
  return {
    stack,
    instance: name,
    directory: directories.instance(stack, spec.name, name),
    account: host.account,
    addresses: Object.fromEntries(near),
    ports: given.ports,
    ...mountDirectories(stack, spec),
    digest: specDigest(spec),
  };
}

function secrets({ stored, baseline, reading }: Found): Change[] {
  return Object.entries(baseline.secrets).flatMap(([secret, digest]) => {
    const now = reading.secrets[`${stored.name}-${secret}`];
    if ((now ?? '') === digest) return [];
    return [somebodys(['secrets', secret], 'as applied', now ? onHost.changed : onHost.removed)];
  });
}

function probe({ stored, reading }: Found): Change[] {
  const said = reading.probes[stored.name];
  if (!stored.probe || said === undefined || said === stored.probe.expected) return [];
  return [somebodys(['probe', 'expected'], stored.probe.expected, said)];
}

/** The engine's version that an instance was made by. */
export function madeBy(runtime: RuntimeName, container: Inspected, reading: Reading): Baseline['made'] {
  return { id: idOf(container), engine: reading.engines[runtime] ?? '' };
}
