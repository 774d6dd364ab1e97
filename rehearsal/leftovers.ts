import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Rehearsal } from './rehearsal.ts';
import { asAccount } from './tamper.ts';
import type { Vm } from './vm/vm.ts';

/** What is left of a stack in the simulated clouds, on the edge and of its machines, each as a person would name it. */
export function cloudLeftovers({ directory, edge }: Pick<Rehearsal, 'directory' | 'edge'>): string[] {
  const left: string[] = [];
  const clouds = join(directory, 'clouds');
  for (const file of existsSync(clouds) ? readdirSync(clouds) : []) {
    const resources = JSON.parse(readFileSync(join(clouds, file), 'utf8')) as { type: string; id: string }[];
    left.push(...resources.map(({ type, id }) => `${type} ${id}`));
  }
  for (const kind of ['vms', 'disks']) {
    const folder = join(directory, kind);
    left.push(
      ...(existsSync(folder) ? readdirSync(folder).map((name) => `${kind.slice(0, -1)} ${name}`) : []),
    );
  }
  for (const hostname of edge.routes.list()) left.push(`hostname ${hostname}`);
  return left;
}

/**
 * What is left of a stack on a host that goes on: containers, units, networks, secrets, addresses, listeners
 * and records. Data in /srv/containerhost is kept on purpose and not among them.
 */
export async function hostLeftovers(vm: Vm, stack: string): Promise<string[]> {
  const script = [
    'list() { sed "s|^|$1 |"; }',
    `docker ps --all --filter label=containerhost.stack=${stack} --format '{{.Names}}' | list 'docker container'`,
    `docker network ls --filter label=containerhost.stack=${stack} --format '{{.Name}}' | list 'docker network'`,
    `${asAccount(`podman ps --all --filter label=containerhost.stack=${stack} --format '{{.Names}}'`)} | list 'podman container'`,
    `${asAccount(`podman network ls --filter label=containerhost.stack=${stack} --format '{{.Name}}'`)} | list 'podman network'`,
    `${asAccount("podman secret ls --format '{{.Name}}'")} | list 'podman secret'`,
    'ls /home/cortex/.config/containers/systemd 2>/dev/null | list unit',
    'ls /home/cortex/.local/share/containerhost 2>/dev/null | list "account file"',
    `awk '$2 == "${stack}" { print $1 }' /var/lib/containerhost/addresses | list address`,
    `ls -d /etc/containerhost/haproxy/${stack}.* 2>/dev/null | list listener`,
    `ls -d /var/lib/containerhost/${stack} 2>/dev/null | list record`,
    `systemctl list-timers --all --no-legend 'containerhost-recover-${stack}.*' | list timer`,
    'true',
  ].join('\n');
  return (await vm.exec(script)).split('\n').filter(Boolean);
}
