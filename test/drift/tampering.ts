import type { RuntimeName } from '../../spec/service.ts';

/** Something that a person did on a host behind Pulumi's back, and how a preview has to tell of it. */
export interface Tampering {
  what: string;
  /** the service that it is done to; none: the host */
  service?: string;
  /** the resource that tells of it; default: the service's instance */
  resource?: string;
  /** what is named: a property, or the words of a warning about what is left alone */
  names: string;
  /** by runtime; where it is missing there, the runtime has no such thing */
  done: Partial<Record<RuntimeName, Deed>>;
  /** it is none of the stack's: left alone by `up`, so that this still succeeds */
  left?: string;
  /** takes away what is left of it, after `up` */
  undo?: string;
  /** what must be in no output */
  hides?: string;
}

export type Deed =
  /** a shell script on the host, as root; `$instance`, `$directory`, `$unit` and `engine` are the service's */
  | { script: string }
  /** the container is made anew, with this besides: lines of a Compose override, or of the unit */
  | { container: string[] };

/** The same deed under both runtimes. */
export function everywhere(script: string): Tampering['done'] {
  return { docker: { script }, podman: { script } };
}

/** The container is made anew with other lines of its Compose file, and of its unit. */
export function recreated(docker: string, podman: string): Tampering['done'] {
  return { docker: { container: [docker] }, podman: { container: [podman] } };
}

/** Shell variables and functions for a service, or for the host where there is none. */
export function prelude(stack: string, runtime: RuntimeName, service = 'cortex-admin'): string {
  const account =
    'account() (cd / && exec setpriv --reuid=cortex --regid=cortex --init-groups env HOME=/home/cortex ' +
    'XDG_RUNTIME_DIR=/run/user/1000 DBUS_SESSION_BUS_ADDRESS=unix:path=/run/user/1000/bus "$@")';
  return [
    'set -e',
    account,
    `engine() { ${runtime === 'docker' ? 'docker' : 'account podman'} "$@"; }`,
    'proxy() { echo "$1" | socat - UNIX-CONNECT:/run/containerhost/admin.sock; }',
    `stack=${stack} service=${service}`,
    `instance=$(cat /var/lib/containerhost/${stack}/${service}/slot)`,
    `directory=/var/lib/containerhost/${stack}/${service}/instances/$instance`,
    'unit=/home/cortex/.config/containers/systemd/$instance.container',
    '',
  ].join('\n');
}

/** A script that does several deeds to one service: its container is made anew once, with all that was changed. */
export function script(stack: string, runtime: RuntimeName, tamperings: readonly Tampering[]): string {
  const deeds = tamperings.flatMap(({ done }) => done[runtime] ?? []);
  const scripts = deeds.flatMap((deed) => ('script' in deed ? [deed.script] : []));
  const lines = deeds.flatMap((deed) => ('container' in deed ? deed.container : []));
  return [
    prelude(stack, runtime, tamperings[0]?.service),
    ...(lines.length === 0 ? [] : [runtime === 'docker' ? composed(lines) : united(lines)]),
    ...scripts,
  ].join('\n');
}

function composed(lines: string[]): string {
  const override = ['services:', '  $instance:', ...lines.map((line) => `    ${line}`)].join('\n');
  return [
    `cat >/root/override.yaml <<OVERRIDE\n${override}\nOVERRIDE`,
    'docker compose -f $directory/compose.yaml -f /root/override.yaml up --detach --quiet-pull 2>&1',
    'rm /root/override.yaml',
  ].join('\n');
}

/** One line after the other: one with which the unit does not start is taken back, and is then missed in the preview. */
function united(lines: string[]): string {
  const start = 'account systemctl --user daemon-reload; account systemctl --user restart $instance.service';
  return lines
    .map((line) =>
      [
        'cp -p $unit /root/unit',
        `cat >>$unit <<'LINE'\n\n[Container]\n${line}\nLINE`,
        `if ! { ${start}; }; then cat /root/unit >$unit; ${start}; fi`,
      ].join('\n'),
    )
    .join('\n');
}
