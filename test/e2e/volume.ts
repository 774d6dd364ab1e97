import type { Vm } from '../../rehearsal/vm/vm.ts';
import type { RuntimeName } from '../../spec/service.ts';
import { engineCommand } from './onHost.ts';

const account = { name: 'cortex', uid: 1000, subuidStart: 100_000 };

/** Every entry of a folder as whoever runs this sees it: owners, mode, time, links, blocks, attributes, contents. */
const lister = `import hashlib, os, stat, sys
first = {}
def show(path, name):
    s = os.lstat(path)
    kind = stat.S_IFMT(s.st_mode)
    link = first.setdefault(s.st_ino, name) if s.st_nlink > 1 and kind == stat.S_IFREG else ''
    attributes = [(a, os.getxattr(path, a)) for a in os.listxattr(path, follow_symlinks=False) if a.startswith('user.')] if kind == stat.S_IFREG else []
    content = hashlib.sha256(open(path, 'rb').read()).hexdigest() if kind == stat.S_IFREG else os.readlink(path) if kind == stat.S_IFLNK else ''
    size = (s.st_size, s.st_blocks < 200) if kind == stat.S_IFREG else ''
    print(name, '%d:%d' % (s.st_uid, s.st_gid), oct(s.st_mode), s.st_mtime_ns, link, size, attributes, content)
    if kind == stat.S_IFDIR:
        for each in sorted(os.listdir(path)): show(os.path.join(path, each), name + '/' + each)
show(sys.argv[1], '.')`;

/** A volume of Docker with what a service that ran there before may have left. */
export async function plantVolume(vm: Vm, volume: string): Promise<void> {
  await vm.exec(
    `docker volume create ${volume} >/dev/null
cd "$(docker volume inspect --format '{{.Mountpoint}}' ${volume})"
mkdir -m 2770 team; echo root >root; chmod 600 root; echo other >team/other; echo tool >tool
truncate -s 50M sparse; echo end >>sparse; ln root team/hard; ln -s ../root team/soft
chown 33:33 team team/other; chown 999:1000 tool; chmod 4755 tool
touch -d '2001-02-03 04:05:06.789012345' root team/other; touch -d '2002-02-02 02:02:02.2' team .
setcap cap_net_bind_service+ep tool
python3 -c 'import os; os.setxattr("root", "user.note", b"kept")'`,
  );
}

const list = (python: string, path: string) => `${python} - ${path} <<'LISTER'\n${lister}\nLISTER`;

/** What a volume of Docker holds, as a container in Docker sees it: no id is another one there. */
export async function listVolume(vm: Vm, volume: string): Promise<string> {
  return vm.exec(list('python3', `"$(docker volume inspect --format '{{.Mountpoint}}' ${volume})"`));
}

/** What a service sees at a path; with every capability, because a service has none to read what is not its own. */
export async function listMounted(
  vm: Vm,
  runtime: RuntimeName,
  service: string,
  path: string,
): Promise<string> {
  return vm.exec(list(`${await inContainer(vm, runtime, service, '--privileged')} python`, path));
}

/** The command that runs another one in the container that serves. */
export async function inContainer(
  vm: Vm,
  runtime: RuntimeName,
  service: string,
  ...options: string[]
): Promise<string> {
  const instance = (await vm.exec(`cat /var/lib/containerhost/dev/${service}/slot`)).trim();
  return [engineCommand(runtime, account), 'exec --interactive', ...options, instance].join(' ');
}
