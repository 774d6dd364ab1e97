import type { ServiceSpec } from '../spec/service.ts';
import { shellWord } from './escape.ts';
import { sortedEntries } from './labels.ts';
import type { RenderContext, Rendered, RenderedFile } from './runtime.ts';
import { failFunction, verbFiles } from './verbs.ts';

/** A container that Compose started, as it was found. */
export interface AdoptedContainer {
  /** Docker's restart policy */
  restart: string;
}

/**
 * The files of an instance that this program did not make. Its unit stays Docker's own; what it publishes on
 * loopback are relays of systemd's, which go when it goes.
 */
export function renderAdopted(
  spec: ServiceSpec,
  context: RenderContext,
  { restart }: AdoptedContainer,
): Rendered {
  const name = shellWord(context.instance);
  const ports = sortedEntries(context.ports);
  const units = ports.map(([port]) => unitName(context, port));
  const sockets = units.map((unit) => `${unit}.socket`).join(' ');
  const services = units.map((unit) => `${unit}.service`).join(' ');
  const relays = ports.flatMap(([port, loopback]) => relayFiles(context, port, loopback));
  const stopRelays = units.length > 0 ? [`systemctl stop ${sockets} ${services} 2>/dev/null || true`] : [];
  return {
    files: [
      ...relays,
      relay(context),
      ...verbFiles(context, [
        { verb: 'check', says: 'Docker has this container already.', lines: ['exit 0'] },
        { verb: 'prepare', says: 'Nothing is to be prepared.', lines: ['exit 0'] },
        {
          verb: 'start',
          says: `Makes ${context.instance} run as it did, with its relays, and has it call its peers by the proxy.`,
          lines: [
            failFunction,
            `docker update --restart=${shellWord(restart)} ${name} >/dev/null`,
            `docker start ${name} >/dev/null`,
            ...(units.length > 0
              ? [
                  ...units.flatMap((unit) =>
                    ['socket', 'service'].map((kind) => `cp ${unit}.${kind} /etc/systemd/system/`),
                  ),
                  'systemctl daemon-reload',
                  `systemctl enable --quiet --now ${sockets} || fail "the relays do not start: systemctl status ${sockets}"`,
                ]
              : []),
            ...names(spec, context),
          ],
        },
        {
          verb: 'running',
          says: `Exits 0 while ${context.instance} is up.`,
          lines: [`[ "$(docker container inspect --format '{{.State.Running}}' ${name})" = true ]`],
        },
        {
          verb: 'healthy',
          says: `Exits 0 when Docker calls ${context.instance} healthy, or it has no health check and runs.`,
          lines: [
            `state=$(docker container inspect --format '{{.State.Running}} {{if .State.Health}}{{.State.Health.Status}}{{else}}healthy{{end}}' ${name})`,
            `[ "$state" = 'true healthy' ]`,
          ],
        },
        {
          verb: 'stop',
          says: `Stops ${context.instance} and keeps it: it does not come back at boot. Undone by restore.`,
          lines: [
            `docker update --restart=no ${name} >/dev/null`,
            `docker stop ${name} >/dev/null`,
            ...stopRelays,
          ],
        },
        {
          verb: 'restore',
          says: `Undoes stop: ${context.instance} runs, and comes back at boot.`,
          lines: ['exec ./start'],
        },
        {
          verb: 'remove',
          says: `Stops ${context.instance} and takes it away, with its relays; volumes stay.`,
          lines: [
            `if docker container inspect ${name} >/dev/null 2>&1; then`,
            `  docker update --restart=no ${name} >/dev/null`,
            `  docker stop ${name} >/dev/null`,
            `  docker rm --force ${name} >/dev/null`,
            'fi',
            ...stopRelays,
            ...(units.length > 0
              ? [
                  `systemctl disable --quiet ${sockets} 2>/dev/null || true`,
                  `(cd /etc/systemd/system && rm -f ${sockets} ${services})`,
                  'systemctl daemon-reload',
                ]
              : []),
          ],
        },
        {
          verb: 'logs',
          says: `Prints the last lines ${context.instance} wrote.`,
          lines: [`exec docker logs --tail 20 ${name} 2>&1`],
        },
      ]),
    ],
  };
}

/** Its peers' names lead to the proxy. Docker writes this file when the container starts, and mounts it: it is added to in place. */
function names({ peers }: ServiceSpec, { instance, addresses }: RenderContext): string[] {
  const lines = sortedEntries(addresses).filter(([name]) => peers.includes(name));
  if (lines.length === 0) return [];
  return [
    `hosts=$(docker container inspect --format '{{.HostsPath}}' ${shellWord(instance)})`,
    ...lines.map(
      ([name, address]) =>
        `grep -qxF '${address} ${name}' "$hosts" || printf '%s\\n' '${address} ${name}' >>"$hosts"`,
    ),
  ];
}

function unitName({ stack, instance }: RenderContext, port: string): string {
  return `containerhost-adopted-${stack}-${instance}-${port}`;
}

function relayFiles(context: RenderContext, port: string, loopback: number): RenderedFile[] {
  const unit = unitName(context, port);
  const what = `Port ${port} of ${context.instance}, which ${context.stack} adopted`;
  const file = (kind: string, lines: string[]): RenderedFile => ({
    path: `${context.directory}/${unit}.${kind}`,
    content: `${lines.join('\n')}\n`,
    mode: '0644',
    owner: 'root',
  });
  return [
    file('socket', [
      '[Unit]',
      `Description=${what}`,
      '',
      '[Socket]',
      `ListenStream=127.0.0.1:${loopback}`,
      'NoDelay=true',
      'TriggerLimitIntervalSec=0',
      '',
      '[Install]',
      'WantedBy=sockets.target',
    ]),
    file('service', [
      '[Unit]',
      `Description=${what}`,
      'After=docker.service',
      'StartLimitIntervalSec=0',
      '',
      '[Service]',
      `ExecStart=${context.directory}/relay ${port}`,
    ]),
  ];
}

/** Asked anew after each idle while, because a container that was started again may have another address. */
function relay({ directory, instance }: RenderContext): RenderedFile {
  const format = '{{range .NetworkSettings.Networks}}{{.IPAddress}} {{end}}';
  return {
    path: `${directory}/relay`,
    content: `${[
      '#!/bin/sh',
      '# Hands connections of its socket unit to a port of the container.',
      'set -eu',
      `addresses=$(docker container inspect --format '${format}' ${shellWord(instance)})`,
      'address=$(printf "%s" "$addresses" | cut -d " " -f 1)',
      "# of a container in the host's own network there is none",
      'exec setpriv --reuid=nobody --regid=nogroup --clear-groups \\',
      '  /usr/lib/systemd/systemd-socket-proxyd --exit-idle-time=10s --connections-max=4096 "${address:-127.0.0.1}:$1"',
    ].join('\n')}\n`,
    mode: '0700',
    owner: 'root',
  };
}
