import { qualifiedImage } from '../runtimes/image.ts';
import { type RuntimeName, runtimeNames } from '../spec/service.ts';
import { type Inspected, labelsOf, nameOf, networksOf } from './observed.ts';

/** Everything of a stack on a host, as `read_stack` prints it. */
export interface Reading {
  machineId: string;
  services: Record<string, ServiceRecord>;
  /** path -> sha256 */
  files: Record<string, string>;
  /** path -> what is in it, of those that are not as they were delivered */
  texts: Record<string, string>;
  /** `<instance>-<secret>` -> keyed digest */
  secrets: Record<string, string>;
  /** `<stack>.<service>.<port>` -> address and port that the running proxy sends requests to */
  proxy: Record<string, string>;
  /** the same names -> why a server of the running proxy gets no requests */
  idle: Record<string, string>;
  proxyRuns: boolean;
  /** service -> virtual address */
  addresses: Record<string, string>;
  /** the stack's volumes that were carried in, and those that a service ever had */
  volumes: Set<string>;
  /** every container of the host that we may see */
  containers: Record<RuntimeName, Inspected[]>;
  /** instance -> what it says of itself, as JSON on one line; only those that were asked and answered */
  probes: Record<string, string>;
  /** references of the images that each engine has, with their registry */
  images: Record<RuntimeName, Set<string>>;
  /** the version of each engine, as it is installed; those that are not from a package have none */
  engines: Partial<Record<RuntimeName, string>>;
  /** the account's units of instances, and those of the host that services stand on */
  accountUnits: Record<string, Unit>;
  hostUnits: Record<string, Unit>;
  /** files of units that might be a service's, or of anybody's */
  unitFiles: string[];
  networks: Network[];
  /** whether the account's systemd starts at boot */
  linger: boolean;
  /** the account's, `<first>:<count>` */
  subordinateIds: { users: string; groups: string };
  /** addresses of the loopback interface */
  loopback: Set<string>;
  /** the stack's volumes that are not the folders which an instance took over last -> what was found */
  foreignVolumes: Record<string, string>;
}

/** A unit as systemd has it. */
export interface Unit {
  load: string;
  active: string;
  /** `enabled`, `disabled`, `generated`, … */
  boot: string;
  /** paths of what overrides parts of it, and of it alone */
  dropIns: string[];
  /** the same of several units: of all of a kind, or of all whose names begin alike (systemd.unit(5)) */
  sharedDropIns: string[];
}

export interface Network {
  runtime: RuntimeName;
  name: string;
  /** the stack of whose it is labelled to be; empty: of none */
  stack: string;
}

export interface ServiceRecord {
  slot: string;
  parked: string;
  /** instance -> container port -> loopback port */
  instances: Record<string, Record<string, number>>;
}

/**
 * Parses what `read_stack` or `describe_instance` printed.
 *
 * @throws when a section is missing: half of the truth would look like drift
 */
export function parseReading(text: string): Reading {
  const sections = split(text);
  section(sections, 'end');
  const reading: Reading = {
    machineId: section(sections, 'machine').trim(),
    services: {},
    files: {},
    texts: {},
    secrets: {},
    proxy: {},
    idle: {},
    proxyRuns: !section(sections, 'proxy').startsWith('down'),
    addresses: {},
    volumes: new Set((sections.get('volumes') ?? '').split('\n').filter(Boolean)),
    containers: {
      docker: containers(section(sections, 'docker')),
      podman: containers(section(sections, 'podman')),
    },
    probes: {},
    images: { docker: new Set(), podman: new Set() },
    engines: {},
    accountUnits: units(sections.get('account-units') ?? ''),
    hostUnits: units(sections.get('host-units') ?? ''),
    unitFiles: (sections.get('unit-files') ?? '').split('\n').filter(Boolean),
    networks: [],
    linger: false,
    subordinateIds: { users: '', groups: '' },
    loopback: new Set(),
    foreignVolumes: {},
  };
  for (const [service = '', kind, name = '', port = '', loopback] of rows(section(sections, 'records'))) {
    reading.services[service] ??= { slot: '', parked: '', instances: {} };
    const record = reading.services[service];
    if (kind === 'slot') record.slot = name;
    if (kind === 'parked') record.parked = name;
    if (kind === 'address') reading.addresses[service] = name;
    if (kind === 'instance') record.instances[name] ??= {};
    if (kind === 'port') record.instances[name] = { ...record.instances[name], [port]: Number(loopback) };
  }
  for (const line of section(sections, 'files').split('\n')) {
    const [, digest, path] = /^([0-9a-f]{64}) [ *](.*)$/.exec(line) ?? [];
    if (digest && path) reading.files[path] = digest;
  }
  for (const [secret = '', digest = ''] of rows(section(sections, 'secrets')))
    reading.secrets[secret] = digest;
  // a new instance was asked already
  for (const [instance = '', said = ''] of rows(sections.get('probes') ?? ''))
    reading.probes[instance] = Buffer.from(said, 'base64').toString().trim();
  for (const [engine, reference = ''] of rows(section(sections, 'images'))) {
    if (engine === 'docker' || engine === 'podman') reading.images[engine].add(qualifiedImage(reference));
  }
  for (const { name, target, idle } of servers(section(sections, 'proxy'))) {
    reading.proxy[name] = target;
    if (idle) reading.idle[name] = idle;
  }
  for (const line of (sections.get('texts') ?? '').split('\n').filter(Boolean)) {
    const space = line.indexOf(' ');
    reading.texts[line.slice(space + 1)] = Buffer.from(line.slice(0, space), 'base64').toString();
  }
  for (const [runtime, name = '', labels = ''] of rows(sections.get('networks') ?? '')) {
    const [, stack = ''] = /(?:^|,)containerhost\.stack=([^,]*)/.exec(labels) ?? [];
    if (runtime === 'docker' || runtime === 'podman') reading.networks.push({ runtime, name, stack });
  }
  readHost(reading, sections.get('host') ?? '');
  return reading;
}

/** What services stand on, beside the engines: a line for each fact. */
function readHost(reading: Reading, text: string): void {
  for (const [fact, key = '', ...rest] of rows(text)) {
    if (fact === 'linger') reading.linger = key === 'yes';
    if (fact === 'users' || fact === 'groups') reading.subordinateIds[fact] = key;
    if (fact === 'package') reading.engines[key === 'podman' ? 'podman' : 'docker'] = rest.join(' ');
    if (fact === 'volume') reading.foreignVolumes[key] = rest.join(' ');
    if (fact === 'address') reading.loopback.add(key.replace(/\/.*/, ''));
  }
}

/** `systemctl show`: a block a unit, `<key>=<value>` on each line. */
function units(text: string): Record<string, Unit> {
  const found: Record<string, Unit> = {};
  for (const block of text.split('\n\n')) {
    const of = (key: string) => new RegExp(`^${key}=(.*)$`, 'm').exec(block)?.[1] ?? '';
    const name = of('Id');
    if (name === '') continue;
    const dropIns = of('DropInPaths').split(' ').filter(Boolean);
    const isOwn = (path: string) => path.split('/').at(-2) === `${name}.d`;
    found[name] = {
      load: of('LoadState'),
      active: of('ActiveState'),
      boot: of('UnitFileState'),
      dropIns: dropIns.filter(isOwn),
      sharedDropIns: dropIns.filter((path) => !isOwn(path)),
    };
  }
  return found;
}

/**
 * The container of an instance: by its label, because a name can be taken by anybody. One that was given another name
 * is still it; where the label was copied, the one that has the name is.
 */
export function containerOf(reading: Reading, runtime: RuntimeName, instance: string): Inspected | undefined {
  const labelled = reading.containers[runtime].filter(
    (c) => labelsOf(c)['containerhost.instance'] === instance,
  );
  return labelled.find((c) => nameOf(c) === instance) ?? labelled[0];
}

/** A container that looks like one of the service's and is none: told, never touched. */
export interface Stranger {
  runtime: RuntimeName;
  name: string;
}

/**
 * Instances of a service that are not needed any more, of a run that was killed: those that nobody names, which were
 * made and then reverted, so that the engine never heard of them; and one that is parked while its successor serves.
 */
export function straysOf(reading: Reading, service: string): string[] {
  const record = reading.services[service];
  if (!record) return [];
  // that one still waits, or serves
  return Object.keys(record.instances).filter((name) => name !== record.slot);
}

export function strangersOf(reading: Reading, stack: string, service: string): Stranger[] {
  const known = Object.keys(reading.services[service]?.instances ?? {});
  const result: Stranger[] = [];
  for (const runtime of ['docker', 'podman'] as const) {
    for (const container of reading.containers[runtime]) {
      const labels = labelsOf(container);
      const name = nameOf(container);
      const ours = labels['containerhost.stack'] === stack && labels['containerhost.service'] === service;
      // Another stack's instance is that stack's business.
      const anothers = labels['containerhost.stack'] !== undefined && !ours;
      const namedAlike = name === service || name.startsWith(`${service}-`) || name.startsWith(`${service}_`);
      const instance = labels['containerhost.instance'] ?? '';
      const renamed = known.includes(instance) && containerOf(reading, runtime, instance) === container;
      if ((ours || (namedAlike && !anothers)) && !(ours && (known.includes(name) || renamed)))
        result.push({ runtime, name });
    }
  }
  return result;
}

/**
 * What carries the stack's labels or its services' names, or changes its units among others, and is nothing that the
 * stack knows: told, never touched.
 */
export function strayThings(reading: Reading, stack: string): string[] {
  const services = Object.keys(reading.services);
  const instances = new Set(
    Object.values(reading.services).flatMap((record) => Object.keys(record.instances)),
  );
  const own = runtimeNames.flatMap((runtime) =>
    reading.containers[runtime].filter((each) => labelsOf(each)['containerhost.stack'] === stack),
  );
  const containers = runtimeNames.flatMap((runtime) =>
    reading.containers[runtime]
      .filter((each) => own.includes(each))
      // those of a service are told with it
      .filter((each) => !services.includes(labelsOf(each)['containerhost.service'] ?? ''))
      .map((each) => `container "${nameOf(each)}" in ${runtime} has the labels of stack ${stack}`),
  );
  const used = new Set(own.flatMap(networksOf));
  const networks = reading.networks
    .filter((each) => each.stack === stack || (each.stack === '' && each.name.startsWith(`${stack}-`)))
    .filter((each) => own.length > 0 && !used.has(each.name))
    .map((each) => `network "${each.name}" in ${each.runtime} has the label or the name of stack ${stack}`);
  const units = reading.unitFiles
    .filter((path) => {
      const name = path.replace(/^.*\//, '').replace(/\.(container|service|kube|pod|parked)$/, '');
      const service = services.find((each) => name === each || name.startsWith(`${each}-`));
      return service !== undefined && !instances.has(name);
    })
    .map((path) => `unit ${path} has the name of a service`);
  const shared = [...Object.values(reading.hostUnits), ...Object.values(reading.accountUnits)]
    .flatMap(({ sharedDropIns }) => sharedDropIns)
    // a distribution's own
    .filter((path) => !path.startsWith('/usr/'));
  const dropIns = [...new Set(shared)].map((path) => `drop-in ${path} changes several units at once`);
  return [...containers, ...networks, ...units, ...dropIns];
}

function split(text: string): Map<string, string> {
  const sections = new Map<string, string>();
  // Not by the `m` flag: it takes U+2028 for the end of a line, which JSON leaves as it is.
  for (const part of text.split(/(?<![^\n])=== /).slice(1)) {
    const end = part.indexOf('\n');
    sections.set(part.slice(0, end), part.slice(end + 1));
  }
  return sections;
}

function section(sections: Map<string, string>, name: string): string {
  const found = sections.get(name);
  if (found === undefined) throw new Error(`the host's answer has no section "${name}": it was cut short`);
  return found;
}

function rows(text: string): string[][] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => line.split(' '));
}

/** A JSON array. Nothing at all is no container. */
function containers(text: string): Inspected[] {
  if (text.trim() === '') return [];
  return JSON.parse(text) as Inspected[];
}

/** `show servers state`: a version, a line of column names behind `#`, a line a server. */
function servers(text: string): { name: string; target: string; idle: string }[] {
  const lines = rows(text);
  const header = lines.find((line) => line[0] === '#')?.slice(1) ?? [];
  return lines.flatMap((line) => {
    if (line[0] === '#' || line.length < header.length || header.length === 0) return [];
    const column = (name: string) => line[header.indexOf(name)] ?? '';
    const admin = Number(column('srv_admin_state'));
    // maintenance and drain, however they came about (HAProxy's management guide, "show servers state")
    const idle = (admin & 0x01) !== 0 ? 'in maintenance' : (admin & 0x08) !== 0 ? 'drained' : '';
    const weightless = column('srv_uweight') === '0' ? 'without weight' : '';
    const target = `${column('srv_addr')}:${column('srv_port')}`;
    return [{ name: column('be_name'), target, idle: idle || weightless }];
  });
}
