import { join } from 'node:path';
import type { Project } from '../../rehearsal/project.ts';
import type { Vm } from '../../rehearsal/vm/vm.ts';
import { run } from '../../toolchain/run.ts';
import { asAccount, composeFolder, home, owned, putFile } from '../hostFiles.ts';
import type { Installed } from './install.ts';
import type { Peer } from './peer.ts';

/** `docker compose up -d`, as root. */
export function dockerCompose(vm: Vm, project: Project, token: string): Peer {
  const directory = '/srv/docker-compose';
  const prepare = [...composeFolder(directory, project, token), ...owned(directory)];
  const compose = `cd ${directory} && docker compose --progress quiet`;
  return {
    tool: 'docker compose',
    runtime: 'docker',
    prepare: async () => void (await vm.exec(prepare.join('\n'))),
    ...inPlace(vm, directory, compose),
  };
}

/** `podman-compose up -d`, as the rootless account. */
export function podmanCompose(vm: Vm, project: Project, token: string, { podmanCompose }: Installed): Peer {
  const directory = `${home}/podman-compose`;
  const program = '/opt/podman-compose';
  const prepare = [
    ...composeFolder(directory, project, token),
    `chown -R cortex: ${directory}`,
    ...owned(directory, `${asAccount} podman unshare`).map((line) => `(${line})`),
    // as an ordinary installation has it
    `python3 -m compileall -q ${program}`,
  ];
  const compose = `${asAccount} PYTHONPATH=${program} sh -c 'cd ${directory} && exec python3 -m podman_compose "$@"' sh`;
  return {
    tool: 'podman-compose',
    runtime: 'podman',
    prepare: async () => {
      await run('cp', ['-r', podmanCompose, join(vm.directory, 'root', program)]);
      await vm.exec(prepare.join('\n'));
    },
    ...inPlace(vm, directory, compose),
  };
}

function inPlace(vm: Vm, directory: string, compose: string): Pick<Peer, 'up' | 'check' | 'remove'> {
  const up = async (file: string) => {
    await vm.exec(`${putFile(`${directory}/compose.yaml`, file)}\n${compose} up -d`);
  };
  return { up, check: up, remove: async () => void (await vm.exec(`${compose} down`)) };
}
