import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Rehearsal } from '../../rehearsal/rehearsal.ts';
import { asAccount } from '../../rehearsal/tamper.ts';

/** A text in which no secret may be. */
export interface Place {
  name: string;
  text: string;
}

/** The places, out of all, that hold a secret: as it is, in base64, or as it stands in a URL. */
export function leaks(places: readonly Place[], secrets: readonly string[]): string[] {
  const forms = secrets.flatMap((secret) => [
    secret,
    encodeURIComponent(secret),
    // wherever in a longer text it begins, two of three alignments lose their first and last letters
    ...[0, 1, 2].map((shift) =>
      Buffer.from(`${'x'.repeat(shift)}${secret}`)
        .toString('base64')
        .replace(/=+$/, '')
        .slice(shift ? 4 : 0, -4),
    ),
  ]);
  return places.filter(({ text }) => forms.some((form) => text.includes(form))).map(({ name }) => name);
}

/** Everything outside the host: the state as exported and as stored, and all that `pulumi` printed. */
export async function placesOutside(rehearsal: Rehearsal): Promise<Place[]> {
  const stored = files(join(rehearsal.directory, 'state')).map((file) => ({
    name: file,
    text: readFileSync(file, 'latin1'),
  }));
  return [
    { name: 'pulumi stack export', text: await rehearsal.state() },
    ...stored,
    {
      name: `Pulumi.${rehearsal.stack}.yaml`,
      text: rehearsal.project.read(`Pulumi.${rehearsal.stack}.yaml`),
    },
    ...rehearsal.transcript.map((text, index) => ({ name: `output of run ${index + 1}`, text })),
  ];
}

/** Everything on the host that others than the service itself can read, or that outlives it. */
export async function placesOnHost({ vm }: Rehearsal): Promise<Place[]> {
  const commands: [string, string][] = [
    ['ps', 'ps -eo args --width 100000'],
    ['environments of processes', 'cat /proc/[0-9]*/environ 2>/dev/null | tr "\\0" "\\n"; true'],
    ['docker inspect', 'docker ps --all --quiet | xargs --no-run-if-empty docker inspect'],
    ['podman inspect', asAccount('podman ps --all --quiet | xargs --no-run-if-empty podman inspect')],
    [
      'podman secret inspect',
      asAccount("podman secret ls --format '{{.Name}}' | xargs --no-run-if-empty podman secret inspect"),
    ],
    ['units', 'cat /etc/systemd/system/*.service /etc/systemd/system/*.mount 2>/dev/null; true'],
    [
      'units of the account',
      'find /home/cortex/.config /run/user/1000/systemd -type f -exec cat {} + 2>/dev/null; true',
    ],
    ['instances', "find /var/lib/containerhost -type f -not -path '*/secrets/*' -exec cat {} +"],
    ['proxy', 'cat /etc/containerhost/haproxy/*'],
    ['journal', 'journalctl --no-pager --output=cat'],
    ['logs', 'find /var/log /var/lib/docker/containers -type f -exec cat {} + 2>/dev/null; true'],
    ['temporary files', 'find /tmp /var/tmp -type f -exec cat {} + 2>/dev/null; true'],
  ];
  return Promise.all(commands.map(async ([name, command]) => ({ name, text: await vm.exec(command) })));
}

function files(directory: string): string[] {
  return readdirSync(directory).flatMap((name) => {
    const path = join(directory, name);
    return statSync(path).isDirectory() ? files(path) : [path];
  });
}
