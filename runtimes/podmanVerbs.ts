import type { ServiceSpec } from '../spec/service.ts';
import { accountPaths } from './accountPaths.ts';
import { shellWord, shellWords } from './escape.ts';
import { networkName } from './host.ts';
import { qualifiedImage } from './image.ts';
import { checkImageUser, explainPull } from './pull.ts';
import type { RenderContext, RenderedFile } from './runtime.ts';
import { failFunction, mayEnd, verbFiles, withTimeout } from './verbs.ts';

/** How rootless Podman does what every runtime must. */
export function podmanVerbs(spec: ServiceSpec, context: RenderContext): RenderedFile[] {
  const { instance } = context;
  const paths = accountPaths(context);
  const as = asAccount(context);
  const unit = `${instance}.service`;
  return verbFiles(context, [
    {
      verb: 'prepare',
      says: `Checks the Quadlet unit of ${instance} and makes sure of its image.`,
      lines: [failFunction, as, ...checkUnit(context), ...pull(spec)],
    },
    {
      verb: 'start',
      says: `Makes ${instance} run, and come back at boot.`,
      lines: [as, ...start(spec, context)],
    },
    {
      verb: 'running',
      says: `Exits 0 while ${instance} is up.`,
      lines: [as, `account systemctl --user is-active --quiet ${unit}`],
    },
    {
      verb: 'healthy',
      says: `Probes ${instance} once: exits 0 when it is healthy.`,
      lines: [as, ...healthy(spec, context)],
    },
    {
      verb: 'stop',
      says: `Stops ${instance} and keeps it: it does not come back at boot. Undone by restore.`,
      lines: [as, `account mkdir -p ${paths.units}`, `account touch ${paths.parked}`, ...stopUnit(unit)],
    },
    {
      verb: 'restore',
      says: `Undoes stop: ${instance} runs, and comes back at boot.`,
      lines: ['exec ./start'],
    },
    {
      verb: 'remove',
      says: `Stops ${instance} and leaves nothing of it in Podman and systemd.`,
      lines: [as, ...remove(spec, context)],
    },
    {
      verb: 'logs',
      says: `Prints the last lines ${instance} wrote, also when its container is gone.`,
      // each line is: time, stream, F or P, text
      lines: [`[ ! -e ${paths.log} ] || tail -n 20 ${paths.log} | cut -d ' ' -f 4-`],
    },
  ]);
}

/** A shell function that runs a command as the account, with the account's systemd in reach. */
function asAccount(context: RenderContext): string {
  const { home, runtime } = accountPaths(context);
  const env = shellWords([
    'env',
    `HOME=${home}`,
    `XDG_RUNTIME_DIR=${runtime}`,
    `DBUS_SESSION_BUS_ADDRESS=unix:path=${runtime}/bus`,
  ]);
  return `account() (cd / && exec runuser -u ${shellWord(context.account.name)} -- ${env} "$@")`;
}

function checkUnit(context: RenderContext): string[] {
  const { instance } = context;
  return [
    'tmp=$(account mktemp --directory)',
    `trap 'rm -rf "$tmp"' EXIT`,
    'account mkdir "$tmp/in" "$tmp/out"',
    `account tee "$tmp/in/${instance}.container" <${instance}.container >/dev/null`,
    'said=$(account env QUADLET_UNIT_DIRS="$tmp/in" /usr/lib/systemd/user-generators/podman-user-generator -no-kmsg-log "$tmp/out" 2>&1) ||',
    `  fail "quadlet refuses $PWD/${instance}.container: $said"`,
    `said=$said$(account systemd-analyze --user --generators=no verify "$tmp/out/${instance}.service" 2>&1) || true`,
    '# both warn, and then go on without what they did not understand',
    `[ -z "$said" ] || fail "$PWD/${instance}.container would not do what it says: $said"`,
  ];
}

function pull(spec: ServiceSpec): string[] {
  const image = qualifiedImage(spec.image);
  return [
    `if ! account podman image exists ${shellWord(image)}; then`,
    '  # credentials are there only where a registry needs them',
    '  if [ -e auth.json ]; then account tee "$tmp/auth.json" <auth.json >/dev/null; fi',
    `  if ! said=$(account sh -c '[ ! -e "$1" ] || export REGISTRY_AUTH_FILE="$1"; exec podman pull --quiet "$2"' sh "$tmp/auth.json" ${shellWord(image)} 2>&1); then`,
    ...explainPull(image).map((line) => `    ${line}`),
    '  fi',
    'fi',
    ...(spec.secrets.length === 0 || spec.user
      ? []
      : checkImageUser(
          `account podman image inspect --format '{{.Config.User}}' ${shellWord(image)}`,
          image,
        )),
  ];
}

function start(spec: ServiceSpec, context: RenderContext): string[] {
  const paths = accountPaths(context);
  const { instance } = context;
  return [
    `account mkdir -p ${paths.units} ${paths.configs}`,
    ...spec.networks.map((network) => {
      const label = shellWord(`containerhost.stack=${context.stack}`);
      return `account podman network create --ignore --label ${label} ${shellWord(networkName(network, context))} >/dev/null`;
    }),
    ...spec.secrets.map(({ secret }) => {
      // by a pipe: podman takes nothing else for its standard input
      const create = `account podman secret create --replace ${shellWord(`${instance}-${secret}`)} - >/dev/null`;
      return `cat ${shellWord(`secrets/${secret}`)} | ${create}`;
    }),
    ...spec.configs.map(({ config }) => {
      const target = shellWord(`${paths.configs}/${config}`);
      return `account tee ${target} <${shellWord(`configs/${config}`)} >/dev/null`;
    }),
    '# complete or not at all: a boot may come at any time',
    `account tee ${paths.unit}.new <${instance}.container >/dev/null`,
    `account mv ${paths.unit}.new ${paths.unit}`,
    `account rm -f ${paths.parked}`,
    'account systemctl --user daemon-reload',
    `account systemctl --user start ${instance}.service || {`,
    `  journalctl --quiet --no-pager --output=cat --lines=5 _SYSTEMD_USER_UNIT=${instance}.service >&2`,
    '  exit 1',
    '}',
  ];
}

function healthy(spec: ServiceSpec, { instance }: RenderContext): string[] {
  if (spec.health) {
    return withTimeout(
      `podman exec ${instance} ${shellWords(spec.health.command)}`,
      spec.health.timeoutMs,
      'account ',
    );
  }
  return [
    `state=$(account systemctl --user show ${instance}.service)`,
    'of() { printf \'%s\\n\' "$state" | sed -n "s/^$1=//p"; }',
    'case $(of ActiveState) in',
    "active) [ $(($(sed 's/[.].*//' /proc/uptime) * 1000000 - $(of ActiveEnterTimestampMonotonic))) -ge 1000000 ] ;;",
    ...(mayEnd(spec)
      ? [
          'inactive) [ "$(of Result)" = success ] && [ "$(of ExecMainExitTimestampMonotonic)" -gt 0 ] ;; # a job that is done',
        ]
      : []),
    '*) exit 1 ;;',
    'esac',
  ];
}

/** A unit that does not exist is stopped already. */
function stopUnit(unit: string): string[] {
  return [
    `if [ "$(account systemctl --user show --property LoadState --value ${unit})" = loaded ]; then`,
    `  account systemctl --user stop ${unit}`,
    `  account systemctl --user reset-failed ${unit} 2>/dev/null || true`,
    'fi',
  ];
}

function remove(spec: ServiceSpec, context: RenderContext): string[] {
  const paths = accountPaths(context);
  const { instance } = context;
  return [
    ...stopUnit(`${instance}.service`),
    `account rm -rf ${paths.unit} ${paths.parked} ${paths.data}`,
    'account systemctl --user daemon-reload',
    `account podman rm --force --ignore --volumes ${instance} >/dev/null`,
    ...spec.secrets.map(
      ({ secret }) => `account podman secret rm --ignore ${shellWord(`${instance}-${secret}`)} >/dev/null`,
    ),
    ...spec.networks.flatMap((network) => {
      const name = networkName(network, context);
      const ours = shellWords([
        '--filter',
        `label=containerhost.stack=${context.stack}`,
        '--filter',
        `name=^${name}$`,
      ]);
      return [
        `if [ -n "$(account podman network ls --quiet ${ours})" ] &&`,
        `  [ -z "$(account podman ps --all --quiet --filter ${shellWord(`network=${name}`)})" ]; then`,
        `  account podman network rm ${shellWord(name)} >/dev/null`,
        'fi',
      ];
    }),
  ];
}
