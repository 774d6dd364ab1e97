import type { Language } from '../config/docs.ts';
import type { Environment, Service } from './environment.ts';
import { type Words, words } from './words.ts';

/** The section of SYSTEM.md, without its markers. */
export function section(environments: readonly Environment[], language: Language): string {
  const say = words[language];
  const deployed = environments.filter(({ where }) => where.kind !== 'rehearsal');
  const data = dataRows(deployed, say);
  return [
    say.written,
    `## ${say.environments}`,
    table(
      [say.stack, say.where, say.runtime],
      environments.map((each) => [code(each.stack), placeOf(each, say), runtimeOf(each)]),
    ),
    `## ${say.services}`,
    table(
      [say.service, say.image, say.runsIn, say.addresses],
      serviceNames(deployed).map((name) => serviceRow(name, deployed, say)),
    ),
    `## ${say.data}`,
    data.length === 0 ? say.none : table([say.name, say.onTheHost, say.users], data),
    `## ${say.wayIn}`,
    commands(deployed[0]?.stack ?? 'prod', say),
  ].join('\n\n');
}

function placeOf({ where }: Environment, say: Words): string {
  switch (where.kind) {
    case 'gcp':
      return say.gcp(where.machine, where.project, where.zone);
    case 'ssh':
      return say.ssh(where.address, where.user);
    case 'podman-machine':
      return say.podmanMachine(where.machine);
    case 'rehearsal':
      return say.rehearsal;
  }
}

function runtimeOf({ runtime, others }: Environment): string {
  const own = Object.entries(others).map(([service, name]) => `${code(service)}: **${name}**`);
  return [`**${runtime}**`, ...own].join('; ');
}

function serviceNames(environments: readonly Environment[]): string[] {
  return [...new Set(environments.flatMap(({ services }) => services.map(({ name }) => name)))];
}

/** One row for a service in all stacks; what is the same everywhere is said once. */
function serviceRow(name: string, environments: readonly Environment[], say: Words): string[] {
  const found = environments.flatMap(({ stack, services }) =>
    services.filter((service) => service.name === name).map((service) => ({ stack, service })),
  );
  const addresses = found.flatMap(({ stack, service }) => [
    ...service.ports.map((port) => ({ stack, text: say.inside(name, port) })),
    ...service.published.map((address) => ({ stack, text: code(address) })),
    ...(service.url ? [{ stack, text: service.url }] : []),
  ]);
  const images = found.map(({ stack, service }) => ({ stack, text: code(service.image) }));
  const stacks = found.map(({ stack }) => stack);
  return [code(name), once(images, stacks), stacks.map(code).join(', '), once(addresses, stacks) || say.none];
}

/** Each text once, with the stacks that it is true of where that is not all of them. */
function once(entries: readonly { stack: string; text: string }[], all: readonly string[]): string {
  return [...new Set(entries.map(({ text }) => text))]
    .map((text) => {
      const stacks = entries.filter((entry) => entry.text === text).map(({ stack }) => stack);
      return stacks.length === all.length ? text : `${text} (${stacks.join(', ')})`;
    })
    .join('<br>');
}

function dataRows(environments: readonly Environment[], say: Words): string[][] {
  const users = new Map<string, { folders: Set<string>; services: Map<string, string> }>();
  const each = environments.flatMap(({ stack, services }) =>
    services.flatMap((service) => service.data.map((data) => ({ stack, service, data }))),
  );
  for (const { stack, service, data } of each) {
    const row = users.get(data.name) ?? { folders: new Set(), services: new Map() };
    row.folders.add(code(data.directory.replace(`/containerhost/${stack}/`, '/containerhost/<stack>/')));
    row.services.set(service.name, usage(service, data.writes, say));
    users.set(data.name, row);
  }
  return [...users].map(([name, { folders, services }]) => [
    code(name),
    [...folders].join('<br>'),
    [...services.values()].join(', '),
  ]);
}

function usage({ name }: Service, writes: boolean, say: Words): string {
  return writes ? code(name) : `${code(name)} (${say.reads})`;
}

function commands(stack: string, say: Words): string {
  const lines: [string, string][] = [
    [`npx cortex status -s ${stack}`, say.look],
    [`npx cortex logs -s ${stack} SERVICE -f`, say.log],
    [`npx cortex exec -s ${stack} SERVICE -- sh`, say.shell],
    [`pulumi stack output -s ${stack} ssh`, say.host],
    [`pulumi preview -s ${stack}`, say.change],
  ];
  const width = Math.max(...lines.map(([command]) => command.length));
  const text = lines.map(([command, what]) => `${command.padEnd(width)}   # ${what}`);
  return ['```sh', ...text, '```'].join('\n');
}

function table(head: string[], rows: string[][]): string {
  const line = (cells: string[]) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(head), `|${head.map(() => '---').join('|')}|`, ...rows.map(line)].join('\n');
}

function code(text: string): string {
  return `\`${text}\``;
}
