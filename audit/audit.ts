import { qualifiedImage } from '../runtimes/image.ts';
import type { ServiceSpec } from '../spec/service.ts';
import type { HostFound } from './host.ts';
import { type Running, running } from './running.ts';

/** What the project's files declare, as much of it as an audit compares. */
export interface Declared {
  stack: string;
  services: readonly ServiceSpec[];
}

/** Something that runs, and the declared service that it is. */
export interface Match extends Shown {
  /** how it was recognised */
  by: 'its label' | 'its Compose label' | 'its name' | 'its image';
}

/** What is printed of something that runs; what it was told is not. */
export interface Shown extends Omit<Running, 'told' | 'names' | 'listens'> {
  /** what else runs and calls it by name, or is declared to depend on it */
  dependents: string[];
  remarks: string[];
}

export interface AuditedService {
  service: string;
  image: string;
  published: string[];
  /** what runs in its place; none: it is declared and does not run */
  running: Match[];
}

export interface Audit {
  stack: string;
  host: string;
  services: AuditedService[];
  /** what runs, and is no declared service */
  strangers: Shown[];
  /** what could not be seen, and what to do about it */
  unseen: string[];
}

/** Everything that runs on a host, each a declared service or a stranger. */
export function audit(host: HostFound, { stack, services }: Declared): Audit {
  const ports = services.flatMap((spec) =>
    spec.ports.flatMap(({ published }) => published.map(({ port }) => port)),
  );
  const all = running(host, ports);
  const matched = byImage(
    all.map((one) => ({ one, ...recognise(one, stack, services) })),
    services,
  );
  const shown = (one: Running): Shown =>
    describe(one, matched.find((each) => each.one === one)?.service, all, services);
  return {
    stack,
    host: host.name,
    services: services.map((spec) => ({
      service: spec.name,
      image: spec.image,
      published: spec.ports.flatMap(({ published }) =>
        published.map(({ address, port }) => `${address}:${port}`),
      ),
      running: matched.flatMap(({ one, service, by }) =>
        service === spec.name && by ? [{ ...shown(one), by }] : [],
      ),
    })),
    strangers: matched.filter(({ service }) => service === undefined).map(({ one }) => shown(one)),
    unseen: unseen(host),
  };
}

/** Whether everything that is declared runs, once, nothing else does, and nothing is idle. */
export function isAsDeclared({ services, strangers }: Audit): boolean {
  const once = services.every(({ running }) => running.filter(({ runs }) => runs).length === 1);
  const remarks = services.flatMap(({ running }) => running.flatMap((each) => each.remarks));
  return once && strangers.length === 0 && remarks.length === 0;
}

interface Recognised {
  service?: string;
  by?: Match['by'];
}

/** A port alone makes nothing a service: who holds it is a stranger in the service's place. */
function recognise(one: Running, stack: string, services: readonly ServiceSpec[]): Recognised {
  const known = (name: string) => services.some((spec) => spec.name === name);
  if (one.instance) {
    const { stack: own, service } = one.instance;
    return own === stack && known(service) ? { service, by: 'its label' } : {};
  }
  if (one.project)
    return known(one.project.service) ? { service: one.project.service, by: 'its Compose label' } : {};
  const named = one.names.find(known);
  return named ? { service: named, by: 'its name' } : {};
}

/** An image alone says whose container it is where nothing else runs as that service. */
function byImage(
  found: readonly (Recognised & { one: Running })[],
  services: readonly ServiceSpec[],
): (Recognised & { one: Running })[] {
  return found.map((each) => {
    if (each.service !== undefined || each.one.instance || each.one.project) return each;
    const alike = alikeImage(each.one, services);
    const alone = alike !== undefined && !found.some(({ service, one }) => service === alike && one.runs);
    return alone ? { ...each, service: alike, by: 'its image' } : each;
  });
}

/** The one service that has a container's image, whatever the tag. */
function alikeImage({ image }: Running, services: readonly ServiceSpec[]): string | undefined {
  if (image === undefined) return undefined;
  const alike = services.filter((spec) => repository(spec.image) === repository(image));
  return alike.length === 1 ? alike[0]?.name : undefined;
}

/** The name of an image without tag and digest. */
function repository(image: string): string {
  return qualifiedImage(image)
    .replace(/@.*$/, '')
    .replace(/:[^/:]*$/, '');
}

function describe(
  one: Running,
  service: string | undefined,
  all: readonly Running[],
  services: readonly ServiceSpec[],
): Shown {
  const { told: _, names: __, listens: ___, ...shown } = one;
  const dependents = dependentsOf(one, service, all, services);
  const alike = service === undefined ? alikeImage(one, services) : undefined;
  const remarks = [
    ...(alike === undefined ? [] : [`has the image of ${alike}, which runs elsewhere`]),
    ...off(one, services),
    ...holds(one, service, services),
    ...idle(one, dependents),
  ];
  return { ...shown, dependents, remarks };
}

/** A name counts where it stands by itself: `http://engine:8000`, `engine:8000`, `engine`. */
function dependentsOf(
  one: Running,
  service: string | undefined,
  all: readonly Running[],
  services: readonly ServiceSpec[],
): string[] {
  const names = [...one.names, ...(service ? [service] : [])];
  if (names.length === 0) return [];
  const calls = new RegExp(`(^|[/=@,\\s])(${names.map(quoted).join('|')})(?=[:/,\\s]|$)`);
  const callers = all
    .filter((each) => each !== one && each.told.some((text) => calls.test(text)))
    .map(({ name }) => name);
  const declared = services
    .filter((spec) => service !== undefined && spec.dependsOn.some((each) => each.service === service))
    .map((spec) => `${spec.name} (declared)`);
  return [...callers, ...declared];
}

/** A name as a regular expression reads it. */
function quoted(name: string): string {
  return name.replace(/[^\w-]/g, '\\$&');
}

/** What a deployment would stumble over, or a caller would take for the service. */
function holds(one: Running, service: string | undefined, services: readonly ServiceSpec[]): string[] {
  return services
    .filter((spec) => spec.name !== service)
    .flatMap((spec) =>
      spec.ports.flatMap(({ published }) => published.map((each) => ({ name: spec.name, ...each }))),
    )
    .flatMap(({ name, address, port }) => {
      const same = one.published.filter((mine) => mine.endsWith(`:${port}`));
      if (same.length === 0) return [];
      return same.some((mine) => overlaps(mine, { address, port }))
        ? [`holds ${address}:${port}, which ${name} publishes: pulumi up would refuse to begin`]
        : [`has port ${port} on another address than ${name}, which publishes ${address}:${port}`];
    });
}

/** A service of the compose file that is not on in this stack. */
function off(one: Running, services: readonly ServiceSpec[]): string[] {
  const name = one.names.find((each) => services.some(({ peers }) => peers.includes(each)));
  return name && !services.some((spec) => spec.name === name)
    ? [`is ${name} of the compose file, whose profile is off: see cortex:profiles`]
    : [];
}

function overlaps(mine: string, { address, port }: { address: string; port: number }): boolean {
  const [, own = '', ownPort] = /^(.*):(\d+)$/.exec(mine) ?? [];
  const everywhere = ['0.0.0.0', '*', '[::]', '::'];
  return (
    Number(ownPort) === port && (own === address || everywhere.includes(own) || everywhere.includes(address))
  );
}

function idle({ runs, connections, listens, kind }: Running, dependents: readonly string[]): string[] {
  const listening = kind !== 'container' || listens.length > 0;
  if (!runs || connections !== 0 || dependents.length > 0 || !listening) return [];
  return [
    'unused as it seems: no connection in the last minute, and nothing names it. See its log before you stop it',
  ];
}

function unseen({ asRoot, engines }: HostFound): string[] {
  const limited = asRoot
    ? []
    : [
        'this login may not become root: other accounts, and who listens where, were not seen. Give it passwordless sudo, or use root',
      ];
  const denied = engines.flatMap(({ engine, account, denied }) =>
    denied === undefined
      ? []
      : [`${engine}${account === '-' ? '' : ` of ${account}`} did not answer: ${denied}`],
  );
  return [...limited, ...denied];
}
