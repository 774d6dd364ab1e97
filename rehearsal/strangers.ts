import { expandSpec } from '../spec/compact.ts';
import { asAccount } from './tamper.ts';
import type { Vm } from './vm/vm.ts';

/** What Pulumi's state says that a stack has on its host. */
export interface Known {
  stack: string;
  services: string[];
  instances: { name: string; runtime: string; secrets: string[] }[];
  networks: string[];
  volumes: string[];
}

/** What stands on every host that was set up: units, records and engines' own networks. */
const always = [
  'docker network bridge',
  'docker network host',
  'docker network none',
  'podman network podman',
  'system unit containerhost-addresses.service',
  'system unit containerhost-proxy.service',
  'system unit containerhost-recover.service',
  'record addresses',
  'record key',
  'listener 00-global.cfg',
];

interface Stored {
  type: string;
  id?: string;
  inputs?: Record<string, unknown>;
}

interface StoredSpec {
  networks: string[];
  mounts: { kind: string; volume?: string }[];
  secrets: { secret: string }[];
}

/** Reads what a stack has from its state, as `pulumi stack export` prints it. */
export function knownTo(stack: string, state: string): Known {
  const { deployment } = JSON.parse(state) as { deployment: { resources?: Stored[] } };
  const ours = (type: string) =>
    (deployment.resources ?? []).filter((each) => each.type === `containerhost:index:${type}`);
  const instances = ours('Instance').map(({ id = '', inputs }) => ({
    name: id,
    runtime: String(inputs?.runtime),
    spec: expandSpec(inputs?.spec as object) as unknown as StoredSpec,
  }));
  const volumes = instances.flatMap(({ spec }) => spec.mounts.filter(({ kind }) => kind === 'volume'));
  return {
    stack,
    services: ours('Slot').map(({ id = '' }) => id.slice(stack.length + 1)),
    instances: instances.map(({ name, runtime, spec }) => ({
      name,
      runtime,
      secrets: spec.secrets.map(({ secret }) => secret),
    })),
    networks: [...new Set(instances.flatMap(({ spec }) => spec.networks))],
    volumes: [...new Set(volumes.map(({ volume = '' }) => volume))],
  };
}

/**
 * What is on a host and no stack knows of, each as a person would name it: in both engines, in systemd of the
 * host and of the account, among the records, and half-done work beside them.
 */
export async function strangers(vm: Vm, known: Known): Promise<string[]> {
  return strangersAmong((await vm.exec(listing)).split('\n').filter(Boolean), known);
}

/** The same of what was found already, a line each. */
export function strangersAmong(found: string[], known: Known): string[] {
  const { stack, services, instances, networks, volumes } = known;
  const ours = new Set(always);
  for (const { name, runtime, secrets } of instances) {
    ours.add(`${runtime} container ${name}`);
    if (runtime === 'podman') {
      for (const kind of ['unit', 'file']) ours.add(`account ${kind} ${name}`);
      for (const secret of secrets) ours.add(`podman secret ${name}-${secret}`);
    }
  }
  for (const service of services) {
    ours.add(`listener ${stack}.${service}.cfg`);
    for (const record of ['', '/slot', '/listeners', '/digests'])
      ours.add(`record ${stack}/${service}${record}`);
    for (const { name } of instances) ours.add(`record ${stack}/${service}/instances/${name}`);
  }
  // an engine keeps a network for the next instance of the stack, until the stack goes
  for (const network of networks)
    for (const engine of ['docker', 'podman']) ours.add(`${engine} network ${stack}-${network}`);
  for (const volume of volumes) ours.add(`volume ${stack}/${volume}`);
  return found.filter((line) => !ours.has(line));
}

const listing = [
  'list() { sed "s|^|$1 |"; }',
  "docker ps --all --format '{{.Names}}' | list 'docker container'",
  "docker network ls --format '{{.Name}}' | list 'docker network'",
  "docker volume ls --format '{{.Name}}' | list 'docker volume'",
  `${asAccount("podman ps --all --format '{{.Names}}'")} | list 'podman container'`,
  `${asAccount("podman network ls --format '{{.Name}}'")} | list 'podman network'`,
  `${asAccount("podman volume ls --format '{{.Name}}'")} | list 'podman volume'`,
  `${asAccount("podman secret ls --format '{{.Name}}'")} | list 'podman secret'`,
  // as files, and as systemd still has them in memory
  '{ cd /home/cortex/.config/containers/systemd && ls -A',
  `${asAccount("systemctl --user list-units --all --plain --no-legend 'cortex-*' '*-network.service'")} | awk '{ print $1 }'; } | sed 's/\\.\\(container\\|service\\)$//' | sort -u | list 'account unit'`,
  'ls -A /home/cortex/.local/share/containerhost 2>/dev/null | list "account file"',
  "systemctl list-units --all --plain --no-legend 'containerhost*' | awk '{ print $1 }' | list 'system unit'",
  "ls -d /run/containerhost.* /run/user/*/containerhost-auth.json /run/lock/containerhost/read.* 2>/dev/null | list 'temporary file'",
  'cd /var/lib/containerhost && find . -mindepth 1 -maxdepth 1 ! -type d -printf "%f\\n" | list record',
  'cd /var/lib/containerhost && find . -mindepth 2 -maxdepth 2 ! -path "./.data/*" -printf "%P\\n" | list record',
  'cd /var/lib/containerhost && find . -mindepth 3 -maxdepth 3 ! -name instances ! -path "./.data/*" -printf "%P\\n" | list record',
  'cd /var/lib/containerhost && find . -mindepth 4 -maxdepth 4 ! -path "./.data/*" -printf "%P\\n" | list record',
  // what volumes were is kept as long as they are; a word of an operator's is for the next instance
  'find /var/lib/containerhost/.data -type f -name "*.*.*" -printf "%P\\n" 2>/dev/null | list "data record"',
  'ls -A /etc/containerhost/haproxy | list listener',
  'cd /srv/containerhost && find . -mindepth 3 -maxdepth 3 -path "./*/volumes/*" -printf "%P\\n" | sed "s|/volumes/|/|" | list volume',
  'cd /srv/containerhost && find . -mindepth 4 -maxdepth 4 ! -name data ! -name mapping ! -name digest ! -name manifest ! -name id ! -name "carried*" ! -name returned -printf "%P\\n" | list "half-done data"',
  'ip -o -4 address show dev lo | awk \'$4 ~ /^198\\.19\\./ { sub("/.*", "", $4); print $4 }\' | while read -r a; do grep -q "^$a " /var/lib/containerhost/addresses || echo "address $a"; done',
  'true',
].join('\n');
