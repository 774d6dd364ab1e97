import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Project } from '../rehearsal/project.ts';
import type { Vm } from '../rehearsal/vm/vm.ts';
import { asAccount, composeFolder, home, owned, putFile, read, supplies } from './hostFiles.ts';
import { seconds } from './pair.ts';

/** The runtimes' own tools, used as an operator without Pulumi would. */
export interface Bare {
  /** puts everything in its place; nothing of it is timed */
  prepare(): Promise<void>;
  /**
   * @param services default all of them
   * @returns the seconds until they are healthy
   */
  start(services?: readonly string[]): Promise<number>;
  /** Takes services away again; their data stays. @returns the seconds it took */
  stop(services?: readonly string[]): Promise<number>;
}

/** `docker compose up --detach --wait` of the project's own compose.yaml. */
export function bareDocker(vm: Vm, project: Project, token: string): Bare {
  const directory = '/srv/bare';
  const compose =
    `cd ${directory} && docker compose --project-name bare --progress quiet ` +
    '--file compose.yaml --file compose.override.yaml --file ports.yaml';
  return {
    prepare: async () => {
      await vm.exec(
        [
          ...composeFolder(directory, project, token),
          ...owned(directory),
          putFile(`${directory}/ports.yaml`, read('bare', 'docker', 'ports.yaml')),
          `${compose} config --quiet`,
        ].join('\n'),
      );
    },
    start: (services = []) =>
      seconds(() => vm.exec(`${compose} up --detach --wait --pull never --no-build ${services.join(' ')}`)),
    stop: (services = []) => seconds(() => vm.exec(`${compose} down ${services.join(' ')}`)),
  };
}

/** `systemctl --user start` of five Quadlet units that are healthy when they have started. */
export function barePodman(vm: Vm, project: Project, token: string): Bare {
  const files = readdirSync(join(import.meta.dirname, 'bare', 'podman'));
  const directory = `${home}/bare`;
  const units = `${home}/.config/containers/systemd`;
  const all = files
    .filter((file) => file.endsWith('.container'))
    .map((file) => file.replace(/\.container$/, ''));
  const systemctl = (verb: string, services: readonly string[]) =>
    seconds(() =>
      vm.exec(`${asAccount} systemctl --user ${verb} ${services.map((name) => `${name}.service`).join(' ')}`),
    );
  return {
    prepare: async () => {
      await vm.exec(
        [
          'set -eu',
          ...supplies(directory, project, token),
          ...files.map((file) => putFile(`${units}/${file}`, read('bare', 'podman', file))),
          `chown -R cortex: ${directory} ${home}/.config`,
          ...['telegram-bot-token', 'tunnel-token'].map(
            (secret) =>
              `cat ${directory}/secrets/${secret} | (${asAccount} podman secret create --replace bare-${secret} - >/dev/null)`,
          ),
          `(${asAccount} systemctl --user daemon-reload)`,
          `(${asAccount} systemctl --user start cortex-network.service)`,
        ].join('\n'),
      );
    },
    start: (services = all) => systemctl('start', services),
    stop: (services = all) => systemctl('stop', services),
  };
}
