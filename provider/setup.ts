import { createHash } from 'node:crypto';
import { subordinateIds } from '../runtimes/runtime.ts';
import { type Change, changesText, setPath, somebodys } from './change.ts';
import { inPlace } from './differences.ts';
import { hostSetupScript } from './hostSetup.ts';
import type { Hosts } from './hosts.ts';
import type { SetupInputs } from './inputs.ts';
import { type Reading, strayThings } from './reading.ts';
import { gone, type Resource } from './resource.ts';
import type { Operation } from './rpc/resourceProvider.ts';
import { hasUnknown, type Plain, type Props, reveal } from './rpc/value.ts';
import { words } from './words.ts';

/** Units of the host that every service stands on, and that have to be there after a boot. */
const units = [
  'containerhost-addresses.service',
  'containerhost-proxy.service',
  'containerhost-recover.service',
  'docker.service',
];

/** What services stand on, as it has to be. */
function declared({ account }: SetupInputs['host']): Record<string, Plain> {
  const range = `${account.subuidStart}:${subordinateIds}`;
  return {
    linger: true,
    subordinateIds: { users: range, groups: range },
    boot: Object.fromEntries(units.map((unit) => [unit, 'enabled'])),
    // what is installed there is of this version
    version: createHash('sha256').update(hostSetupScript()).digest('hex').slice(0, 12),
  };
}

/**
 * What the set-up of a host gave it, and what has to stay: the account's systemd at boot, its subordinate ids, and
 * the units of the proxy, the virtual addresses and the recovery. Mended in place, before anything else is done.
 */
export const setup: Resource = {
  check({ news }) {
    if (news.host === undefined || hasUnknown(news.host)) return { inputs: news, failures: [] };
    const host = reveal(news.host) as unknown as SetupInputs['host'];
    return { inputs: { ...news, ...declared(host) }, failures: [] };
  },

  diff: ({ oldInputs, news }) => inPlace(oldInputs, news),

  async create(req, hosts) {
    const { stack, host } = reveal(req.inputs) as unknown as SetupInputs;
    return { id: `${stack}/${host.machineId}`, properties: await mend(req.inputs, req, hosts) };
  },

  async update(req, hosts) {
    return { properties: await mend(req.news, req, hosts) };
  },

  async read({ id, inputs, properties, log }, hosts) {
    const { stack, host } = reveal(inputs) as unknown as SetupInputs;
    const reading = await hosts.read(stack, host);
    if (!reading) return gone;
    for (const stranger of strayThings(reading, stack)) {
      log(
        'warning',
        `${stranger}, and is nothing that it knows: it is left alone. Remove it by hand if nobody needs it.`,
      );
    }
    const installed = reveal(properties.installed ?? {}) as Record<string, string>;
    const changes = setupDrift(host, installed, reading);
    if (changes.length > 0) log('warning', changesText('what the services stand on:', changes, mends));
    // What an earlier refresh found is not what is found now. The version is what was applied, not what is now.
    const { files: _, ...before } = inputs;
    const { version: __, ...expected } = declared(host);
    const live = structuredClone({ ...before, ...expected }) as Record<string, Plain>;
    for (const { path, now } of changes) setPath(live, path, now);
    return { id, inputs: live, properties: { installed } };
  },

  delete: async () => {},
};

const mends = 'pulumi up gives the host back what its set-up gave it. No container is touched.';

/** What the host has otherwise than its set-up left it. */
export function setupDrift(
  host: SetupInputs['host'],
  installed: Record<string, string>,
  reading: Reading,
): Change[] {
  const range = `${host.account.subuidStart}:${subordinateIds}`;
  const differs = (path: string[], applied: Plain, now: Plain) =>
    applied === now ? [] : [somebodys(path, applied, now)];
  return [
    ...differs(['linger'], true, reading.linger),
    ...(['users', 'groups'] as const).flatMap((kind) =>
      differs(['subordinateIds', kind], range, enough(reading.subordinateIds[kind], range)),
    ),
    ...units.flatMap((unit) =>
      differs(['boot', unit], 'enabled', reading.hostUnits[unit]?.boot || 'not there'),
    ),
    ...Object.entries(installed).flatMap(([path, digest]) => {
      const now = reading.files[path];
      if (now === digest) return [];
      return [somebodys(['files', path], 'as applied', now ? 'changed on the host' : 'removed on the host')];
    }),
    ...units
      .slice(0, -1)
      .flatMap((unit) =>
        (reading.hostUnits[unit]?.dropIns ?? []).map((path) =>
          somebodys(['files', path], null, 'added on the host'),
        ),
      ),
  ];
}

/** More ids than are needed, from the same one on, are as good. */
function enough(found: string, expected: string): string {
  const [first, count] = found.split(':');
  const [wanted, least] = expected.split(':');
  return first === wanted && Number(count) >= Number(least) ? expected : found;
}

/** Mends it, and returns what is to be compared later: digests of what is installed, by path. */
async function mend(inputs: Props, { signal, log }: Operation, hosts: Hosts): Promise<Props> {
  const { stack, host } = reveal(inputs) as unknown as SetupInputs;
  hosts.declare(host);
  const { name, subuidStart } = host.account;
  const printed = await hosts.change(
    stack,
    host,
    [
      `mend_host ${words([name, subuidStart])} >&2`,
      `{ ${hostSetupScript()}\n} >&2`,
      'sha256sum "${host_files[@]}" "$proxies/00-global.cfg"',
    ].join('\n'),
    { signal, progress: (message) => log('info', message, { ephemeral: true }) },
  );
  const lines = printed.matchAll(/^([0-9a-f]{64}) [ *](.*)$/gm);
  const installed = Object.fromEntries([...lines].map(([, digest = '', path = '']) => [path, digest]));
  return { installed };
}
