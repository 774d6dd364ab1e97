import { qualifiedImage } from '../runtimes/image.ts';
import { runtimeNames } from '../spec/service.ts';
import { inPlace } from './differences.ts';
import type { Hosts } from './hosts.ts';
import type { ImagesInputs } from './inputs.ts';
import { gone, kept, type Resource } from './resource.ts';
import type { Operation } from './rpc/resourceProvider.ts';
import { type Props, reveal, Secret } from './rpc/value.ts';
import { words } from './words.ts';

/**
 * The images of a stack, in both engines of the host, before anything that serves is touched: a flip moves
 * no image, and one that cannot be had stops the deployment while nothing has changed. Images stay when the
 * stack goes, as with the engines' own tools.
 */
export const images: Resource = {
  check: ({ news }) => ({
    inputs: news.registries === undefined ? news : { ...news, registries: new Secret(news.registries) },
    failures: [],
  }),

  diff: ({ oldInputs, news }) => inPlace(oldInputs, news),

  async create(req, hosts) {
    const { stack } = await fetch(req.inputs, req, hosts);
    return { id: stack, properties: {} };
  },

  async update(req, hosts) {
    await fetch(req.news, req, hosts);
    return { properties: {} };
  },

  // One that was pruned has to be fetched before a flip needs it, not while requests wait for it.
  async read({ id, inputs, properties }, hosts) {
    const { host, stack } = reveal(inputs) as unknown as ImagesInputs;
    // what a refresh finds is written over the inputs, so what was declared is kept then
    const wanted = reveal(properties.declared ?? inputs.images ?? []) as string[];
    const reading = await hosts.read(stack, host);
    if (!reading) return gone;
    const there = wanted.filter((image) =>
      runtimeNames.every((runtime) => reading.images[runtime].has(qualifiedImage(image))),
    );
    const live = { ...inputs, images: there };
    return { id, inputs: live, properties: kept(there.length < wanted.length, { declared: wanted }) };
  },

  delete: async () => {},
};

async function fetch(inputs: Props, { signal, log }: Operation, hosts: Hosts): Promise<ImagesInputs> {
  const declared = reveal(inputs) as unknown as ImagesInputs;
  const { host, stack, images: wanted, registries = {} } = declared;
  hosts.declare(host);
  await hosts.change(
    stack,
    host,
    [
      'begin_fetch',
      `base64 -d >"$credentials/config.json" <<'CONTENT'\n${Buffer.from(registryAuth(registries)).toString('base64')}\nCONTENT`,
      `fetch_images ${words([host.account.name, ...wanted.map(qualifiedImage)])}`,
    ].join('\n'),
    { signal, progress: (message) => log('info', message, { ephemeral: true }) },
  );
  return declared;
}

/** The format that Docker (`config.json`) and Podman (`--authfile`) share. */
function registryAuth(registries: NonNullable<ImagesInputs['registries']>): string {
  const auths = Object.entries(registries).map(([registry, { username, password }]) => [
    registry,
    { auth: Buffer.from(`${username}:${password}`).toString('base64') },
  ]);
  return JSON.stringify({ auths: Object.fromEntries(auths) });
}
