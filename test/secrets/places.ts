import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Rehearsal } from '../../rehearsal/rehearsal.ts';
import { asAccount } from '../../rehearsal/tamper.ts';
import type { Vm } from '../../rehearsal/vm/vm.ts';
import type { Place } from './scan.ts';

/** Of a rehearsal's folder: modules, machines (their disks are looked at from within), and Cloudflare's own memory. */
const notOurs = /^(project\/node_modules|vms|disks|clouds\/cloudflare\.json)(\/|$)/;

/** Everything outside the host: the state as exported and as stored, what `pulumi` printed, and the rehearsal's files. */
export async function placesOutside(rehearsal: Rehearsal): Promise<Place[]> {
  const { directory, transcript } = rehearsal;
  const stored = files(directory, '').map((file) => ({
    name: file,
    text: readFileSync(join(directory, file), 'latin1'),
  }));
  return [
    { name: 'pulumi stack export', text: await rehearsal.state() },
    ...stored,
    ...transcript.map((text, index) => ({ name: `output of run ${index + 1}`, text })),
  ];
}

/** Paths below a folder; sockets and links are nobody's text. */
function files(directory: string, folder: string): string[] {
  return readdirSync(join(directory, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (notOurs.test(path)) return [];
    if (entry.isDirectory()) return files(directory, path);
    return entry.isFile() && existsSync(join(directory, path)) && statSync(join(directory, path)).size > 0
      ? [path]
      : [];
  });
}

/** A kind of place on a host: the command that reads it, and one that plants a text there, `$planted`, to be found. */
interface HostPlace {
  name: string;
  read: string;
  plant: string;
  /** undoes `plant` */
  clear: string;
}

const image = 'docker.io/97layer/cortex-admin:1.4.2';
const cat = (find: string) => `find ${find} -type f -exec cat {} + 2>/dev/null; true`;
const file = (path: string) => ({ plant: `printf %s "$planted" >${path}`, clear: `rm ${path}` });
/** A process that stays, has what is planted in its environment, and becomes what `exec` says. */
const sleep = (exec: string) =>
  `PLANTED="$planted" setsid bash -c '${exec} sleep 300' >/dev/null 2>&1 </dev/null &`;

const hostPlaces: readonly HostPlace[] = [
  {
    name: 'argv of processes',
    read: 'ps -eo args --width 100000',
    plant: `${sleep('exec -a "sleeping $PLANTED"')} printf "$!" >/run/planted-argv`,
    clear: 'kill "$(cat /run/planted-argv)"; rm /run/planted-argv',
  },
  {
    name: 'environments of processes',
    read: 'cat /proc/[0-9]*/environ 2>/dev/null | tr "\\0" "\\n"; true',
    plant: `${sleep('exec')} printf "$!" >/run/planted-environment`,
    clear: 'kill "$(cat /run/planted-environment)"; rm /run/planted-environment',
  },
  {
    name: 'docker inspect',
    read: 'docker ps --all --quiet | xargs --no-run-if-empty docker inspect',
    plant: `docker create --name planted --env PLANTED="$planted" ${image} >/dev/null`,
    clear: 'docker rm planted',
  },
  {
    name: 'podman inspect',
    read: asAccount('podman ps --all --quiet | xargs --no-run-if-empty podman inspect'),
    plant: `printf %s "$planted" >/tmp/planted-value; chmod 644 /tmp/planted-value; ${asAccount(
      `podman create --name planted --env PLANTED="$(cat /tmp/planted-value)" ${image} >/dev/null`,
    )}; rm /tmp/planted-value`,
    clear: asAccount('podman rm planted'),
  },
  {
    name: 'podman secret inspect',
    read: asAccount("podman secret ls --format '{{.Name}}' | xargs --no-run-if-empty podman secret inspect"),
    plant: `printf %s "$planted" >/tmp/planted-value; chmod 644 /tmp/planted-value; ${asAccount(
      'echo x | podman secret create --label planted="$(cat /tmp/planted-value)" planted - >/dev/null',
    )}; rm /tmp/planted-value`,
    clear: asAccount('podman secret rm planted'),
  },
  {
    name: 'units',
    read: cat('/etc/systemd/system /run/systemd/transient'),
    ...file('/etc/systemd/system/planted.conf'),
  },
  {
    name: 'units of the account',
    read: cat('/home/cortex/.config /run/user/1000/systemd'),
    ...file('/home/cortex/.config/planted'),
  },
  {
    name: 'instances and records',
    read: cat("/var/lib/containerhost -not -path '*/secrets/*'"),
    ...file('/var/lib/containerhost/planted'),
  },
  {
    name: "containers' logs and configs of the account",
    read: cat('/home/cortex/.local/share/containerhost'),
    ...file('/home/cortex/.local/share/containerhost/planted'),
  },
  {
    name: 'proxy',
    read: cat('/etc/containerhost /run/containerhost'),
    ...file('/etc/containerhost/planted'),
  },
  {
    name: 'locks and answers',
    read: cat('/run/lock/containerhost'),
    ...file('/run/lock/containerhost/planted'),
  },
  {
    name: 'journal',
    // what was planted cannot be taken back
    read: 'journalctl --no-pager --output=cat',
    plant: 'logger -- "$planted"; journalctl --sync',
    clear: 'true',
  },
  {
    name: 'logs',
    read: cat('/var/log /var/lib/docker/containers'),
    ...file('/var/log/planted'),
  },
  {
    name: 'logins and histories',
    read: cat('/root /home/deploy /run/user/1000/containers/auth.json'),
    ...file('/root/.planted'),
  },
  {
    name: 'temporary files',
    read: cat('/tmp /var/tmp /dev/shm'),
    ...file('/tmp/planted'),
  },
];

/** Everything on the host that others than the service itself can read, or that outlives it. */
export async function placesOnHost(vm: Vm): Promise<Place[]> {
  return Promise.all(hostPlaces.map(async ({ name, read }) => ({ name, text: await vm.exec(read) })));
}

/** Puts a text into every kind of place, so that it is known that a scan would find it; returns how to clear it away. */
export async function plantOnHost(
  vm: Vm,
  text: string,
): Promise<{ names: string[]; clear(): Promise<void> }> {
  const value = Buffer.from(text).toString('base64');
  // the shell that plants has it in no argument and no variable that others see
  await vm.exec(
    ['set -e', `planted=$(printf %s ${value} | base64 -d)`, ...hostPlaces.map(({ plant }) => plant)].join(
      '\n',
    ),
  );
  return {
    names: hostPlaces.map(({ name }) => name),
    clear: async () => {
      await vm.exec(['set -e', ...hostPlaces.map(({ clear }) => clear)].join('\n'));
    },
  };
}
