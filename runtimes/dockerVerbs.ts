import type { ServiceSpec } from '../spec/service.ts';
import { environmentFile } from './composeFile.ts';
import { shellWord, shellWords } from './escape.ts';
import { networkName } from './host.ts';
import { sortedEntries } from './labels.ts';
import { checkImageUser, explainPull } from './pull.ts';
import type { RenderContext, RenderedFile } from './runtime.ts';
import { failFunction, listens, mayEnd, verbFiles, withTimeout } from './verbs.ts';

/** How Docker does what every runtime must. Only containers with this instance's label are touched. */
export function dockerVerbs(spec: ServiceSpec, context: RenderContext): RenderedFile[] {
  const name = shellWord(context.instance);
  const mine = shellWords([
    'docker',
    'ps',
    '--all',
    '--quiet',
    '--filter',
    `label=containerhost.instance=${context.instance}`,
  ]);
  return verbFiles(context, [
    {
      verb: 'check',
      says: `Has the Compose file of ${context.instance} checked by Compose. Changes nothing.`,
      lines: [
        failFunction,
        'command -v docker >/dev/null || fail "docker is not installed on this host"',
        'said=$(docker compose --file compose.yaml config --quiet 2>&1) || fail "docker compose refuses $PWD/compose.yaml: $said"',
      ],
    },
    {
      verb: 'prepare',
      says: `Checks the Compose file of ${context.instance}, makes sure of its image, and makes all but run it.`,
      lines: [...prepare(spec), ...create(spec, context, mine)],
    },
    {
      verb: 'start',
      says: `Makes ${context.instance} run, and come back at boot.`,
      lines: start(spec, mine),
    },
    {
      verb: 'running',
      says: `Exits 0 while ${context.instance} is up.`,
      lines: [`[ -n "$(${mine} --filter status=running)" ]`],
    },
    {
      verb: 'healthy',
      says: `Probes ${context.instance} once: exits 0 when it is healthy.`,
      lines: healthy(spec, name),
    },
    {
      verb: 'stop',
      says: `Stops ${context.instance} and keeps it: it does not come back at boot. Undone by restore.`,
      lines: [
        'bar() { docker update --restart=no "$1" >/dev/null; }',
        `ids=$(${mine})`,
        'for id in $ids; do',
        '  # one that crashes cannot be updated in the very moment that it does',
        '  bar "$id" 2>/dev/null || { sleep 0.2 && bar "$id" 2>/dev/null; } || { sleep 1 && bar "$id"; }',
        '  docker stop "$id" >/dev/null',
        'done',
      ],
    },
    {
      verb: 'restore',
      says: `Undoes stop: ${context.instance} runs, and comes back at boot.`,
      lines: ['exec ./start'],
    },
    {
      verb: 'remove',
      says: `Stops ${context.instance} and leaves nothing of it in Docker; networks are the stack's.`,
      lines: remove(mine),
    },
    {
      verb: 'logs',
      says: `Prints the last lines ${context.instance} wrote.`,
      lines: [`exec docker logs --tail 20 ${name} 2>&1`],
    },
  ]);
}

function prepare(spec: ServiceSpec): string[] {
  const image = shellWord(spec.image);
  return [
    failFunction,
    ...environment(spec),
    './check',
    `if ! docker image inspect ${image} >/dev/null 2>&1; then`,
    '  # credentials are there only where a registry needs them',
    '  [ ! -d docker-config ] || export DOCKER_CONFIG="$PWD/docker-config"',
    `  if ! said=$(docker pull --quiet ${image} 2>&1); then`,
    ...explainPull(spec.image).map((line) => `    ${line}`),
    '  fi',
    'fi',
    ...(spec.secrets.length === 0 || spec.user
      ? []
      : checkImageUser(`docker image inspect --format '{{.Config.User}}' ${image}`, spec.image)),
  ];
}

/** Secrets as variables, in a file that only root reads: no value is in an argv. */
function environment({ secretEnvironment }: ServiceSpec): string[] {
  if (!secretEnvironment) return [];
  return [
    'umask 077',
    '{',
    ...sortedEntries(secretEnvironment).flatMap(([variable, secret]) => [
      `  value=$(cat ${shellWord(`secrets/${secret}`)})`,
      `  case $value in *"'"* | *'`,
      `'*) fail ${shellWord(`the secret of ${variable} holds a quote or a new line, which no environment file can: deliver it as a file, by secrets:`)} ;; esac`,
      `  printf "%s='%s'\\n" ${variable} "$value"`,
    ]),
    `} >${environmentFile}`,
  ];
}

/** A container that was never started comes up at boot too, by its restart policy: it gets that when it is started. */
function create(spec: ServiceSpec, context: RenderContext, mine: string): string[] {
  const owner = spec.user ? `${spec.user.uid}:${spec.user.gid}` : '0:0';
  return [
    ...spec.networks.flatMap((network) => {
      const name = shellWord(networkName(network, context));
      const label = shellWord(`containerhost.stack=${context.stack}`);
      return [
        `docker network inspect ${name} >/dev/null 2>&1 ||`,
        `  docker network create --label ${label} ${name} >/dev/null ||`,
        `  docker network inspect ${name} >/dev/null # another instance was faster`,
      ];
    }),
    ...spec.secrets.flatMap(({ secret }) => {
      const file = shellWord(`secrets/${secret}`);
      return [`chown ${owner} ${file}`, `chmod 0400 ${file}`];
    }),
    '# what it mounts may not be there yet: start makes it then',
    `[ -n "$(${mine})" ] ||`,
    `  printf %s ${shellWord(JSON.stringify({ services: { [context.instance]: { restart: 'no' } } }))} |`,
    '  docker compose --progress quiet --file compose.yaml --file - create --no-build 2>/dev/null || true',
  ];
}

function start(spec: ServiceSpec, mine: string): string[] {
  return [
    `ids=$(${mine})`,
    `if [ -z "$ids" ]; then ./prepare && ids=$(${mine}); fi`,
    '# says what is wrong',
    '[ -n "$ids" ] || exec docker compose --progress quiet --file compose.yaml up --detach --no-build',
    `for id in $ids; do docker update --restart=${spec.restart} "$id" >/dev/null; docker start "$id" >/dev/null; done`,
  ];
}

function healthy(spec: ServiceSpec, name: string): string[] {
  if (spec.health)
    return withTimeout(`docker exec ${name} ${shellWords(spec.health.command)}`, spec.health.timeoutMs);
  return [
    `state=$(docker container inspect --format '{{.State.Status}} {{.State.ExitCode}} {{.State.StartedAt}}' ${name})`,
    'case $state in',
    "'running 0 '*)",
    '  [ $(($(date +%s%3N) - $(date -d "${state##* }" +%s%3N))) -ge 1000 ] || exit 1',
    ...listens(spec, `docker container inspect --format '{{.State.Pid}}' ${name}`).map((line) => `  ${line}`),
    '  ;;',
    ...(mayEnd(spec) ? ["'exited 0 '*) ;; # a job that is done"] : []),
    '*) exit 1 ;;',
    'esac',
  ];
}

function remove(mine: string): string[] {
  return [
    `ids=$(${mine})`,
    'for id in $ids; do',
    '  docker stop "$id" >/dev/null',
    '  docker rm --force --volumes "$id" >/dev/null',
    'done',
  ];
}
