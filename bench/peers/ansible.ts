import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Rehearsal } from '../../rehearsal/rehearsal.ts';
import { run } from '../../toolchain/run.ts';
import type { Runtime } from '../bench.ts';
import { asAccount, composeFolder, home, owned } from '../hostFiles.ts';
import { imagesOf } from '../images.ts';
import type { Installed } from './install.ts';
import type { Peer } from './peer.ts';

/** `ansible-playbook` from this machine over SSH, as Pulumi works. */
export function ansible(rehearsal: Rehearsal, runtime: Runtime, installed: Installed): Peer {
  const { vm, project, token } = rehearsal;
  const directory = { docker: '/srv/ansible', podman: `${home}/ansible` }[runtime];
  const prepare = {
    docker: [...composeFolder(directory, project, token), ...owned(directory)],
    podman: [
      ...composeFolder(directory, project, token),
      `chown -R cortex: ${directory}`,
      ...owned(directory, `${asAccount} podman unshare`).map((line) => `(${line})`),
    ],
  }[runtime];
  const remove = {
    docker: `cd ${directory} && docker compose --progress quiet down`,
    podman:
      `${asAccount} sh -c 'podman rm --force --time 10 cortex-tunnel cortex-editor cortex-dashboard cortex-admin ` +
      `cortex-engine && podman network rm ansible' >/dev/null`,
  }[runtime];
  const folder = join(rehearsal.directory, `ansible-${runtime}`);
  const playbook = async (compose: string, ...args: string[]) => {
    const file = join(folder, 'compose.yaml');
    writeFileSync(file, compose);
    return play(rehearsal, installed, folder, [
      ...args,
      ...['--extra-vars', JSON.stringify({ directory, compose: file, images: imagesOf(compose) })],
      join(import.meta.dirname, `${runtime}.yaml`),
    ]);
  };
  return {
    tool: { docker: 'Ansible, community.docker', podman: 'Ansible, containers.podman' }[runtime],
    runtime,
    prepare: async () => {
      mkdirSync(folder);
      const hosts = vm.hostKeys.map((key) => `${vm.address} ${key}\n`);
      writeFileSync(join(folder, 'known_hosts'), hosts.join(''));
      await vm.exec(prepare.join('\n'));
    },
    up: async (compose) => void (await playbook(compose)),
    check: async (compose) => {
      const printed = await playbook(compose, '--check');
      if (!/\bchanged=0\b/.test(printed))
        throw new Error(`ansible-playbook --check found changes, expected none:\n${printed}`);
    },
    remove: async () => void (await vm.exec(remove)),
  };
}

function play({ vm, identityFile }: Rehearsal, installed: Installed, folder: string, args: string[]) {
  const ssh = `-o UserKnownHostsFile=${join(folder, 'known_hosts')}`;
  const access = ['--user', vm.user, '--private-key', identityFile, '--ssh-common-args', ssh];
  return run('python3', ['-m', 'ansible', 'playbook', '--inventory', `${vm.address},`, ...access, ...args], {
    env: {
      ...process.env,
      LC_ALL: 'C.UTF-8',
      PYTHONPATH: installed.ansible,
      ANSIBLE_COLLECTIONS_PATH: installed.ansible,
      ANSIBLE_HOME: folder,
      ANSIBLE_SSH_CONTROL_PATH_DIR: join(folder, 'cp'),
      // quicker, and how its documentation has an unprivileged account take over from another
      ANSIBLE_PIPELINING: 'true',
      ANSIBLE_PYTHON_INTERPRETER: '/usr/bin/python3',
    },
  });
}
