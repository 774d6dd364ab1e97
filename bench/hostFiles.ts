import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Project } from '../rehearsal/project.ts';

/** The rehearsal's rootless account. */
export const account = 'cortex';
export const home = `/home/${account}`;

/** Shell: what follows is run as the account, in its own session. */
export const asAccount =
  `cd / && setpriv --reuid=${account} --regid=${account} --init-groups env HOME=${home} ` +
  'XDG_RUNTIME_DIR=/run/user/$(id -u cortex) DBUS_SESSION_BUS_ADDRESS=unix:path=/run/user/$(id -u cortex)/bus';

/** What compose.yaml leaves to whoever runs it, as the stack says it. */
export const settings = {
  COMPOSE_PROFILES: 'editor,tunnel',
  SESSION_DAYS: '14',
  LOG_LEVEL: 'debug',
  TUNNEL_GRACE_PERIOD: '5s',
};

/** Shell: a folder in which Compose with no more than the names of its files finds all that it needs. */
export function composeFolder(directory: string, project: Project, token: string): string[] {
  const dotenv = Object.entries({ ...settings, DIRECTORY: directory });
  return [
    'set -eu',
    ...supplies(directory, project, token),
    putFile(`${directory}/compose.yaml`, project.read('compose.yaml')),
    putFile(`${directory}/compose.override.yaml`, read('bare', 'docker', 'compose.override.yaml')),
    putFile(`${directory}/.env`, dotenv.map(([name, value]) => `${name}=${value}\n`).join('')),
  ];
}

/** Shell: the files of the users that the services run as are theirs, seen from where `within` runs a command. */
export function owned(directory: string, within = ''): string[] {
  return [
    `${within} chown 1000:1000 ${['knowledge', 'engine-state', 'secrets/telegram-bot-token'].map((name) => `${directory}/${name}`).join(' ')}`,
    `${within} chown 65532:65532 ${directory}/secrets/tunnel-token`,
  ];
}

/** Shell: what the stack would supply, taken from where it has put it on this host. */
export function supplies(directory: string, project: Project, token: string): string[] {
  const instance = '/var/lib/containerhost/*/cortex-tunnel/instances/*';
  return [
    `mkdir -p ${directory}/admin-data ${directory}/engine-state ${directory}/secrets ${directory}/knowledge`,
    putFile(`${directory}/knowledge/README.md`, project.read('knowledge/README.md')),
    putFile(`${directory}/secrets/telegram-bot-token`, token),
    `cat ${instance}/secrets/tunnel-token >${directory}/secrets/tunnel-token`,
    `cat ${instance}/configs/tunnel-config >${directory}/config.yml`,
  ];
}

export function putFile(path: string, content: string): string {
  const data = Buffer.from(content).toString('base64');
  return `mkdir -p "$(dirname ${path})" && base64 -d >${path} <<'END'\n${data}\nEND`;
}

/** A file of this folder. */
export function read(...path: string[]): string {
  return readFileSync(join(import.meta.dirname, ...path), 'utf8');
}
