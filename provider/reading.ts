import { qualifiedImage } from '../runtimes/image.ts';
import type { RuntimeName } from '../spec/service.ts';
import { type Inspected, labelsOf, nameOf } from './observed.ts';

/** Everything of a stack on a host, as `read_stack` prints it. */
export interface Reading {
  machineId: string;
  services: Record<string, ServiceRecord>;
  /** path -> sha256 */
  files: Record<string, string>;
  /** `<instance>-<secret>` -> keyed digest */
  secrets: Record<string, string>;
  /** `<stack>.<service>.<port>` -> address and port that the running proxy sends requests to */
  proxy: Record<string, string>;
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
    secrets: {},
    proxy: {},
    proxyRuns: !section(sections, 'proxy').startsWith('down'),
    addresses: {},
    volumes: new Set((sections.get('volumes') ?? '').split('\n').filter(Boolean)),
    containers: {
      docker: containers(section(sections, 'docker')),
      podman: containers(section(sections, 'podman')),
    },
    probes: {},
    images: { docker: new Set(), podman: new Set() },
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
  Object.assign(reading.proxy, servers(section(sections, 'proxy')));
  return reading;
}

/** The container of an instance: by its label, because a name can be taken by anybody. */
export function containerOf(reading: Reading, runtime: RuntimeName, instance: string): Inspected | undefined {
  return reading.containers[runtime].find(
    (c) => labelsOf(c)['containerhost.instance'] === instance && nameOf(c) === instance,
  );
}

/** A container that looks like one of the service's and is none: told, never touched. */
export interface Stranger {
  runtime: RuntimeName;
  name: string;
}

/**
 * Instances of a service that nobody names: an earlier run was killed after it had made them, and then
 * reverted, so that the engine never heard of them.
 */
export function straysOf(reading: Reading, service: string): string[] {
  const record = reading.services[service];
  if (!record) return [];
  return Object.keys(record.instances).filter((name) => name !== record.slot && name !== record.parked);
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
      if ((ours || (namedAlike && !anothers)) && !(ours && known.includes(name)))
        result.push({ runtime, name });
    }
  }
  return result;
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
function servers(text: string): Record<string, string> {
  const lines = rows(text);
  const header = lines.find((line) => line[0] === '#')?.slice(1) ?? [];
  const column = (line: string[], name: string) => line[header.indexOf(name)] ?? '';
  const result: Record<string, string> = {};
  for (const line of lines) {
    if (line[0] === '#' || line.length < header.length || header.length === 0) continue;
    result[column(line, 'be_name')] = `${column(line, 'srv_addr')}:${column(line, 'srv_port')}`;
  }
  return result;
}
