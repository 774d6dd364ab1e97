import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Project } from '../rehearsal/project.ts';
import type { Vm } from '../rehearsal/vm/vm.ts';

/** The runtimes' own tools, used as an operator without Pulumi would. */
export interface Bare {
  /** puts everything in its place; nothing of it is timed */
  prepare(): Promise<void>;
  /** @returns the seconds until all services are healthy */
  deploy(): Promise<number>;
  /** takes the services away again; their data stays */
  remove(): Promise<void>;
}

/** The rehearsal's rootless account. */
const account = 'cortex';
const home = `/home/${account}/bare`;
const asAccount =
  `cd / && setpriv --reuid=${account} --regid=${account} --init-groups env HOME=/home/${account} ` +
  'XDG_RUNTIME_DIR=/run/user/$(id -u cortex) DBUS_SESSION_BUS_ADDRESS=unix:path=/run/user/$(id -u cortex)/bus';

/**
 * `docker compose up --detach --wait` of the project's own compose.yaml.
 *
 * @param token of the bot
 */
export function bareDocker(vm: Vm, project: Project, token: string): Bare {
  const compose =
    `cd /srv/bare && SESSION_DAYS=14 LOG_LEVEL=debug PWD=/srv/bare docker compose --project-name bare ` +
    '--file compose.yaml --file override.yaml --profile editor --profile tunnel --progress quiet';
  return {
    prepare: async () => {
      await vm.exec(
        [
          'set -eu',
          ...supplies('/srv/bare', project, token),
          putFile('/srv/bare/compose.yaml', project.read('compose.yaml')),
          putFile('/srv/bare/override.yaml', read('docker', 'override.yaml')),
          // files of the users that the services run as
          'cd /srv/bare',
          'chown 1000:1000 knowledge engine-state secrets/telegram-bot-token',
          'chown 65532:65532 secrets/tunnel-token',
          `${compose} config --quiet`,
        ].join('\n'),
      );
    },
    deploy: () => seconds(vm.exec(`${compose} up --detach --wait --pull never --no-build`)),
    remove: async () => {
      await vm.exec(`${compose} down`);
    },
  };
}

/** `systemctl --user start` of five Quadlet units that are healthy when they have started. */
export function barePodman(vm: Vm, project: Project, token: string): Bare {
  const files = readdirSync(join(import.meta.dirname, 'bare', 'podman'));
  const units = `/home/${account}/.config/containers/systemd`;
  const services = files
    .filter((file) => file.endsWith('.container'))
    .map((file) => file.replace(/container$/, 'service'))
    .join(' ');
  return {
    prepare: async () => {
      await vm.exec(
        [
          'set -eu',
          ...supplies(home, project, token),
          ...files.map((file) => putFile(`${units}/${file}`, read('podman', file))),
          `chown -R ${account}: ${home} /home/${account}/.config`,
          ...['telegram-bot-token', 'tunnel-token'].map(
            (secret) =>
              `cat ${home}/secrets/${secret} | (${asAccount} podman secret create --replace bare-${secret} - >/dev/null)`,
          ),
          `(${asAccount} systemctl --user daemon-reload)`,
          `(${asAccount} systemctl --user start cortex-network.service)`,
        ].join('\n'),
      );
    },
    deploy: () => seconds(vm.exec(`${asAccount} systemctl --user start ${services}`)),
    remove: async () => {
      await vm.exec(`${asAccount} systemctl --user stop ${services}`);
    },
  };
}

/** Shell: what the stack would supply, taken from where it has put it on this host. */
function supplies(directory: string, project: Project, token: string): string[] {
  const instance = '/var/lib/containerhost/*/cortex-tunnel/instances/*';
  return [
    `mkdir -p ${directory}/admin-data ${directory}/engine-state ${directory}/secrets ${directory}/knowledge`,
    putFile(`${directory}/knowledge/README.md`, project.read('knowledge/README.md')),
    putFile(`${directory}/secrets/telegram-bot-token`, token),
    `cat ${instance}/secrets/tunnel-token >${directory}/secrets/tunnel-token`,
    `cat ${instance}/configs/tunnel-config >${directory}/config.yml`,
  ];
}

function putFile(path: string, content: string): string {
  const data = Buffer.from(content).toString('base64');
  return `mkdir -p "$(dirname ${path})" && base64 -d >${path} <<'END'\n${data}\nEND`;
}

function read(...path: string[]): string {
  return readFileSync(join(import.meta.dirname, 'bare', ...path), 'utf8');
}

async function seconds(work: Promise<unknown>): Promise<number> {
  const begun = performance.now();
  await work;
  return (performance.now() - begun) / 1000;
}
