import { idRanges } from '../runtimes/idmap.ts';
import { runtimeNames } from '../spec/service.ts';
import { inPlace } from './differences.ts';
import type { Hosts } from './hosts.ts';
import type { VolumeInputs } from './inputs.ts';
import { gone, type Resource } from './resource.ts';
import type { Operation } from './rpc/resourceProvider.ts';
import { type Props, reveal } from './rpc/value.ts';
import { words } from './words.ts';

/**
 * A volume of an engine whose data the stack carries into its own, before any instance mounts it. The engine's
 * volume stays as the way back until an update says that it may go. What is deleted here is deleted nowhere
 * else: data stays on the host when the stack goes.
 */
export const volume: Resource = {
  check: ({ news }) => ({ inputs: news, failures: [] }),

  diff: ({ oldInputs, news }) => inPlace(oldInputs, news),

  async create(req, hosts) {
    const { stack, volume: name } = await carry(req.inputs, req, hosts);
    return { id: `${stack}/${name}`, properties: {} };
  },

  async update(req, hosts) {
    await carry(req.news, req, hosts);
    return { properties: {} };
  },

  // Gone: it went back to its engine, or was never there. A disk that is not mounted is no such proof.
  async read({ id, inputs }, hosts) {
    const { host, stack, volume: name } = reveal(inputs) as unknown as VolumeInputs;
    const reading = await hosts.read(stack, host);
    if (!reading?.volumes.has(name)) return gone;
    return { id, inputs, properties: {} };
  },

  delete: async () => {},
};

async function carry(inputs: Props, { signal, log }: Operation, hosts: Hosts): Promise<VolumeInputs> {
  const declared = reveal(inputs) as unknown as VolumeInputs;
  const { host, stack, volume: name, external, source } = declared;
  hosts.declare(host);
  // Of a container that says nothing of ids: what wrote there is not known here.
  const mappings = runtimeNames.flatMap((engine) =>
    (['uid', 'gid'] as const).flatMap((kind) =>
      idRanges(engine, null, host.account, kind).map(
        (r) => `${engine} ${kind} ${r.container} ${r.host} ${r.size}\n`,
      ),
    ),
  );
  const call = words(['carry_volume', stack, name, external, host.account.name, source]);
  await hosts.change(stack, host, `${call} <<'MAPPINGS'\n${mappings.join('')}MAPPINGS`, {
    signal,
    progress: (message) => log('info', message, { ephemeral: true }),
  });
  return declared;
}
