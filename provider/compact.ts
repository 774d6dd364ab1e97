import { compactSpec, expandSpec, filled, without } from '../spec/compact.ts';
import type { CheckRequest, DiffRequest, PropertyDiff, ResourceOperations } from './rpc/resourceProvider.ts';
import {
  hasSecret,
  hasUnknown,
  isObject,
  open,
  type PropertyValue,
  type Props,
  reveal,
  Secret,
  Unknown,
} from './rpc/value.ts';

/**
 * Inputs as they travel and as a state keeps them. A host is two texts: what it is, and how to get there, which
 * may be unknown apart from each other. What goes without saying is left out.
 */
export function compactInputs(inputs: Props, like: Props = {}): Props {
  const { host, spec, secrets, state, services, ...others } = inputs;
  const before = isObject(like.spec) ? like.spec : {};
  const shownState = state !== 'running' || (like.state ?? 'running') !== 'running';
  return {
    ...others,
    ...(host !== undefined && compactHost(host)),
    ...(spec !== undefined && { spec: inside(spec, (plain) => compactSpec(plain, before) as Props) }),
    ...(secrets !== undefined && !isEmpty(secrets) && { secrets }),
    ...(state !== undefined && shownState && { state }),
    ...(services !== undefined && { services: inside(services, (plain) => eachOf(plain, compactService)) }),
  };
}

/** Inputs as they were, of compact ones and of those that say everything, as states had them before. */
export function expandInputs(inputs: Props): Props {
  const { host, connection, spec, services, ...others } = inputs;
  return {
    ...others,
    ...(host !== undefined && { host: expandHost(host, connection) }),
    ...(spec !== undefined && {
      spec: inside(spec, (plain) => expandSpec(plain) as Props),
      secrets: others.secrets ?? {},
      state: others.state ?? 'running',
    }),
    ...(services !== undefined && { services: inside(services, (plain) => eachOf(plain, expandService)) }),
  };
}

/** The provider for compact inputs: what it is asked is expanded, what it answers is made compact. */
export function compactly(provider: ResourceOperations): ResourceOperations {
  // what replaces a resource is checked once more, without the old inputs
  const olds = new Map<string, Props>();
  return {
    async check(type, req) {
      if (req.olds) olds.set(req.urn, req.olds);
      const { inputs, failures } = await provider.check(type, {
        ...req,
        olds: req.olds && expandInputs(req.olds),
        news: expandInputs(req.news),
      } satisfies CheckRequest);
      return { inputs: compactInputs(inputs, olds.get(req.urn)), failures };
    },
    async diff(type, req) {
      const { replaces, detailedDiff, ...result } = await provider.diff(type, expanded(req));
      return {
        ...result,
        replaces: [...new Set(replaces.map(shownPath))],
        ...(detailedDiff && { detailedDiff: shownDiff(detailedDiff, req) }),
      };
    },
    preview: async (type, req) => (await provider.preview?.(type, expanded(req))) ?? req.news,
    create: (type, req) => provider.create(type, { ...req, inputs: expandInputs(req.inputs) }),
    async read(type, req) {
      const found = await provider.read(type, { ...req, inputs: expandInputs(req.inputs) });
      return { ...found, inputs: compactInputs(found.inputs, req.inputs) };
    },
    update: (type, req) => provider.update(type, expanded(req)),
    delete: (type, req) => provider.delete(type, { ...req, oldInputs: expandInputs(req.oldInputs) }),
  };
}

function expanded<Request extends { oldInputs?: Props; news: Props }>(req: Request): Request {
  return {
    ...req,
    ...(req.oldInputs && { oldInputs: expandInputs(req.oldInputs) }),
    news: expandInputs(req.news),
  };
}

/** The engine looks values up by their paths, in what is there: a host is one text. */
function shownPath(path: string): string {
  return path.replace(/^host[.[].*$/s, 'host');
}

function shownDiff(
  detailed: Record<string, PropertyDiff>,
  { oldInputs, news }: DiffRequest,
): Record<string, PropertyDiff> {
  return Object.fromEntries(
    Object.entries(detailed).map(([path, diff]) => {
      const shown = shownPath(path);
      const replaces = diff.kind.endsWith('_REPLACE') ? ('_REPLACE' as const) : ('' as const);
      const [before, after] = [oldInputs, news].map((inputs) => has(inputs, shown));
      const kind = before === after ? diff.kind : (`${before ? 'DELETE' : 'ADD'}${replaces}` as const);
      return [shown, { ...diff, kind }];
    }),
  );
}

/** Whether something is at a path; of a path with keys that are quoted, at its first part. */
function has(inputs: Props, path: string): boolean {
  let found: PropertyValue | undefined = inputs;
  for (const key of path.replace(/\[.*$/s, '').split('.')) {
    found = open(found);
    if (!isObject(found)) return found !== undefined && found !== null;
    found = found[key];
  }
  return found !== undefined && found !== null;
}

function compactHost(host: PropertyValue): Props {
  if (!isObject(host)) return { host };
  const { hostKey = null, connection = null, ...identity } = host;
  const way = open(connection);
  const access: Props = isObject(way) ? { ...way, hostKey } : { connection, hostKey };
  return { host: text(identity), connection: text(access, connection instanceof Secret) };
}

/** Of one whose connection is known, its identity may not be. */
function expandHost(host: PropertyValue, connection: PropertyValue | undefined): PropertyValue {
  if (isObject(host)) return host;
  const identity = parsed(host) ?? { machineId: Unknown, account: Unknown };
  const { hostKey = Unknown, ...way } = parsed(connection) ?? {};
  const access = hostKey === Unknown ? Unknown : way;
  return { ...identity, hostKey, connection: connection instanceof Secret ? new Secret(access) : access };
}

function text(entries: Props, sealed = false): PropertyValue {
  if (hasUnknown(entries)) return Unknown;
  const plain = JSON.stringify(reveal(entries));
  return sealed || hasSecret(entries) ? new Secret(plain) : plain;
}

function parsed(value: PropertyValue | undefined): Props | undefined {
  const plain = open(value);
  return typeof plain === 'string' ? (JSON.parse(plain) as Props) : undefined;
}

/** What a service behind the proxy leaves out. No default either, and never changed: see `leftOut` of a spec. */
const leftOutOfService: Props = { ports: [], hold: { requests: 2000, bodyBytes: 256 * 1024 } };

function compactService(service: Props): Props {
  return without(service, leftOutOfService) as Props;
}

function expandService(service: Props): Props {
  return filled(service, leftOutOfService) as Props;
}

function eachOf(entries: Props, change: (entry: Props) => Props): Props {
  return Object.fromEntries(
    Object.entries(entries).map(([name, entry]) => [name, isObject(entry) ? change(entry) : entry]),
  );
}

/** Entries may be a secret as a whole, and may be unknown. */
function inside(value: PropertyValue, change: (entries: Props) => Props): PropertyValue {
  if (value instanceof Secret) return new Secret(inside(value.value, change));
  return isObject(value) ? change(value) : value;
}

function isEmpty(value: PropertyValue): boolean {
  const entries = open(value);
  return isObject(entries) && Object.keys(entries).length === 0;
}
