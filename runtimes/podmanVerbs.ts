import { type ServiceSpec, secretNames } from '../spec/service.ts';
import { accountPaths } from './accountPaths.ts';
import { shellWord, shellWords } from './escape.ts';
import { networkName } from './host.ts';
import { qualifiedImage } from './image.ts';
import { checkImageUser, explainPull } from './pull.ts';
import type { RenderContext, RenderedFile } from './runtime.ts';
import { failFunction, listens, mayEnd, verbFiles, withTimeout } from './verbs.ts';

/** How rootless Podman does what every runtime must. */
export function podmanVerbs(spec: ServiceSpec, context: RenderContext): RenderedFile[] {
  const { instance } = context;
  const paths = accountPaths(context);
  const as = asAccount(context);
  const unit = `${instance}.service`;
  return verbFiles(context, [
    {
      verb: 'check',
      says: `Has the Quadlet unit of ${instance} checked by quadlet and systemd. Changes nothing.`,
      lines: [failFunction, as, ...checkHost(context), ...checkUnit(context)],
    },
    {
      verb: 'prepare',
      says: `Checks the Quadlet unit of ${instance}, makes sure of its image, and makes all but run it.`,
      lines: [failFunction, as, './check', ...pull(spec), ...install(spec, context)],
    },
    {
      verb: 'start',
      says: `Makes ${instance} run, and come back at boot.`,
      lines: [as, ...start(context)],
    },
    {
      verb: 'running',
      says: `Exits 0 while ${instance} is up.`,
      lines: [as, `[ "$(account systemctl --user show --property SubState --value ${unit})" = running ]`],
    },
    {
      verb: 'healthy',
      says: `Probes ${instance} once: exits 0 when it is healthy.`,
      lines: [as, ...healthy(spec, context)],
    },
    {
      verb: 'stop',
      says: `Stops ${instance} and keeps it: it does not come back at boot. Undone by restore.`,
      lines: [
        as,
        `account mkdir -p ${paths.units}`,
        `account touch ${paths.parked}`,
        ...stopUnit(unit, context),
      ],
    },
    {
      verb: 'restore',
      says: `Undoes stop: ${instance} runs, and comes back at boot.`,
      lines: ['exec ./start'],
    },
    {
      verb: 'remove',
      says: `Stops ${instance} and leaves nothing of it in Podman and systemd; networks are the stack's.`,
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

/**
 * A shell function that runs a command as the account, with the account's systemd in reach. By setpriv, because a
 * health check runs four times a second: runuser and sudo would write a login into the journal each time. USER is said, because Podman looks up the
 * subordinate ids of whom it names: the first command after a boot, as root, would leave the account without any.
 */
function asAccount(context: RenderContext): string {
  const { home, runtime } = accountPaths(context);
  const { name } = context.account;
  const become = shellWords(['setpriv', `--reuid=${name}`, `--regid=${name}`, '--init-groups']);
  const env = shellWords([
    `HOME=${home}`,
    `USER=${name}`,
    `XDG_RUNTIME_DIR=${runtime}`,
    `DBUS_SESSION_BUS_ADDRESS=unix:path=${runtime}/bus`,
  ]);
  return `account() (cd / && exec ${become} env ${env} "$@")`;
}

function checkHost({ account: { name, uid } }: RenderContext): string[] {
  const linger = `the account "${name}" has no systemd of its own on this host: run "loginctl enable-linger ${name}"`;
  return [
    'command -v podman >/dev/null || fail "podman is not installed on this host"',
    `[ -S /run/user/${uid}/bus ] || fail ${shellWord(linger)}`,
  ];
}

function checkUnit({ instance }: RenderContext): string[] {
  const quadlet = '/usr/lib/systemd/user-generators/podman-user-generator';
  return [
    '# quadlet and systemd warn and go on without what they do not understand: a word of either is an error',
    "said=$(account sh -euc '",
    '  tmp=$(mktemp -d)',
    '  trap "rm -rf $tmp" EXIT',
    '  mkdir $tmp/in',
    '  cat >$tmp/in/$1.container',
    `  QUADLET_UNIT_DIRS=$tmp/in ${quadlet} -no-kmsg-log $tmp/out`,
    '  systemd-analyze --user --generators=no verify $tmp/out/$1.service',
    `' sh ${instance} <${instance}.container 2>&1) || said="\${said:-no reason given}"`,
    `[ -z "$said" ] || fail "$PWD/${instance}.container would not do what it says: $said"`,
  ];
}

function pull(spec: ServiceSpec): string[] {
  const image = qualifiedImage(spec.image);
  return [
    `if ! account podman image exists ${shellWord(image)}; then`,
    '  # credentials are there only where a registry needs them',
    '  login=',
    "  if [ -e auth.json ]; then login=$(account sh -c 'umask 077; file=$(mktemp); cat >$file; echo $file' <auth.json); fi",
    '  trap \'rm -f "$login"\' EXIT',
    `  if ! said=$(account env \${login:+REGISTRY_AUTH_FILE="$login"} podman pull --quiet ${shellWord(image)} 2>&1); then`,
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

/** The unit as if it were parked: a boot must not start it before its time. */
function install(spec: ServiceSpec, context: RenderContext): string[] {
  const paths = accountPaths(context);
  const { instance } = context;
  return [
    'umask 022 # configs are for every user of the container',
    '# podman would replace whatever has the name',
    `found=$(account podman container inspect --format '{{index .Config.Labels "containerhost.instance"}}' ${instance} 2>/dev/null) || found=${instance}`,
    `[ "$found" = ${instance} ] || fail ${shellWord(`the name ${instance} is in use by a container that is not this instance: remove or rename it`)}`,
    ...spec.networks.map((network) => {
      const label = shellWord(`containerhost.stack=${context.stack}`);
      return `account podman network create --ignore --label ${label} ${shellWord(networkName(network, context))} >/dev/null`;
    }),
    ...secretNames(spec).map((secret) => {
      // by a pipe: podman takes nothing else for its standard input
      const create = `account podman secret create --replace ${shellWord(`${instance}-${secret}`)} - >/dev/null`;
      return `cat ${shellWord(`secrets/${secret}`)} | ${create}`;
    }),
    `account mkdir -p ${paths.units} ${paths.configs}`,
    ...spec.configs.map(({ config }) => {
      const target = shellWord(`${paths.configs}/${config}`);
      return `account tee ${target} <${shellWord(`configs/${config}`)} >/dev/null`;
    }),
    '# the unit is there completely or not at all: a boot may come at any time',
    'account sh -euc \'[ -e "$1" ] || touch "$2"; cat >"$1.new"; sync "$1.new"; mv "$1.new" "$1"; systemctl --user daemon-reload\' sh \\',
    `  ${paths.unit} ${paths.parked} <${instance}.container`,
  ];
}

function start(context: RenderContext): string[] {
  const paths = accountPaths(context);
  const { instance } = context;
  return [
    '# somebody may have taken it away',
    `[ -e ${paths.unit} ] || ./prepare`,
    'since=$(date +%s)',
    `account sh -euc 'rm -f "$1"; systemctl --user start "$2"' sh ${paths.parked} ${instance}.service || {`,
    `  journalctl --quiet --no-pager --output=cat --since="@$since" --lines=3 _SYSTEMD_USER_UNIT=${instance}.service SYSLOG_IDENTIFIER=${instance} >&2`,
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
    'case $(of SubState) in',
    // hundredths of a second against microseconds
    'running)',
    "  [ $(($(cut -d ' ' -f 1 /proc/uptime | tr -d .) * 10000 - $(of ActiveEnterTimestampMonotonic))) -ge 1000000 ] || exit 1",
    ...listens(spec, `account podman container inspect --format '{{.State.Pid}}' ${instance}`).map(
      (line) => `  ${line}`,
    ),
    '  ;;',
    ...(mayEnd(spec) ? ['exited) ;; # a job that is done'] : []),
    '*) exit 1 ;;',
    'esac',
  ];
}

/**
 * What systemd does not know, or could not load, is stopped already; but one whose file is gone may still run. Where
 * systemd does not answer, as right after a boot, nothing is known, and the verb ends: nothing runs only where there is
 * no systemd of the account.
 */
function stopUnit(unit: string, { account: { uid } }: RenderContext): string[] {
  return [
    `state=$(account systemctl --user show --property=LoadState --property=ActiveState ${unit}) ||`,
    `  case $(systemctl show --property=ActiveState --value user@${uid}.service) in inactive | failed) ;; *) exit 1 ;; esac`,
    'case $state in',
    '*LoadState=loaded* | *ActiveState=[!i]*)',
    `  account systemctl --user stop ${unit}`,
    `  account systemctl --user reset-failed ${unit} 2>/dev/null || true`,
    '  ;;',
    'esac',
  ];
}

function remove(spec: ServiceSpec, context: RenderContext): string[] {
  const paths = accountPaths(context);
  const { instance } = context;
  return [
    ...stopUnit(`${instance}.service`, context),
    // with what is left where `install` was killed at writing the unit
    `account rm -rf ${[paths.unit, `${paths.unit}.new`, paths.parked, paths.data, ...paths.overrides].join(' ')}`,
    'account systemctl --user daemon-reload',
    `account podman rm --force --ignore --volumes --filter label=containerhost.instance=${instance} >/dev/null`,
    ...secretNames(spec).map(
      (secret) => `account podman secret rm --ignore ${shellWord(`${instance}-${secret}`)} >/dev/null`,
    ),
  ];
}
