import { type AdoptedContainer, renderAdopted } from '../runtimes/adopted.ts';
import type { Account } from '../runtimes/runtime.ts';
import { holdLimits } from '../spec/hold.ts';
import type { Mount, ServiceSpec } from '../spec/service.ts';
import { holdMs } from '../spec/timing.ts';
import { directories } from './directories.ts';
import { renderListeners } from './haproxy.ts';
import type { Host } from './inputs.ts';
import { instanceRecords, mountDirectories, putFile, putRendered } from './instanceFiles.ts';
import { projectArchive } from './projectArchive.ts';
import { words } from './words.ts';

/** A running container, and the declared service that it becomes the first instance of. */
export interface Adoption extends AdoptedContainer {
  spec: ServiceSpec;
  /** its name */
  container: string;
  mounts: AdoptedMount[];
  /** what its engine listens on for it */
  published: { address: string; port: number; target: number }[];
}

/** A folder of the host that becomes the stack's. */
export interface AdoptedMount {
  /** where it is now */
  source: string;
  /** where the stack has it */
  directory: string;
  /** `volume engine-state`, `./knowledge` */
  what: string;
}

/** What of a container's mounts the declared service mounts at the same place. */
export function adoptedMounts(
  stack: string,
  spec: ServiceSpec,
  found: readonly { source: string; target: string }[],
): AdoptedMount[] {
  return spec.mounts.flatMap((mount): AdoptedMount[] => {
    const there = found.find(({ target }) => target === mount.target);
    const place = placeOf(stack, mount);
    return there && place ? [{ source: there.source, ...place }] : [];
  });
}

function placeOf(stack: string, mount: Mount): Pick<AdoptedMount, 'directory' | 'what'> | undefined {
  switch (mount.kind) {
    case 'volume':
      return { directory: directories.volume(stack, mount.volume), what: `volume ${mount.volume}` };
    case 'project':
      // a single file is delivered anew, beside the one that is mounted
      if (projectArchive(mount.source).fileName) return undefined;
      return { directory: directories.project(stack, mount.source), what: `./${mount.source}` };
    case 'host':
    case 'tmpfs':
      return undefined;
  }
}

/** First call on the host: prints what it allocated, for `adoptCall`. */
export function reserveCall(stack: string, adoptions: readonly Adoption[]): string {
  return adoptions
    .flatMap(({ spec, container }) => [
      `use_service ${words([stack, spec.name])}`,
      `reserve_adopted ${words([container, ...spec.ports.map(({ port }) => port)])}`,
    ])
    .join('\n');
}

/** Second call: nothing is stopped, and each step leaves a host that serves. */
export function adoptCall(
  stack: string,
  host: Pick<Host, 'account'>,
  adoptions: readonly Adoption[],
  reserved: string,
): string {
  const rows = reserved.split('\n').map((line) => line.split(' '));
  const addresses = Object.fromEntries(
    rows.filter(([kind]) => kind === 'address').map(([, service = '', address = '']) => [service, address]),
  );
  const portsOf = (name: string) =>
    Object.fromEntries(
      rows
        .filter(([kind, service]) => kind === 'port' && service === name)
        .map(([, , port = '', loopback]) => [port, Number(loopback)]),
    );
  const services = adoptions.map((adoption) => oneService(stack, host.account, adoption, addresses, portsOf));
  return [
    ...services.map(({ files }) => files),
    'begin_listeners',
    ...services.map(({ listeners }) => listeners),
    'commit_listeners',
    ...services.map(({ serve }) => serve),
  ].join('\n');
}

function oneService(
  stack: string,
  account: Account,
  adoption: Adoption,
  addresses: Record<string, string>,
  portsOf: (service: string) => Record<string, number>,
) {
  const { spec, container, mounts, published } = adoption;
  const directory = directories.instance(stack, spec.name, container);
  const context = {
    ...{ stack, instance: container, directory, account, addresses, digest: '' },
    ports: portsOf(spec.name),
    ...mountDirectories(stack, spec),
  };
  // its own secrets, if it has any, are none that the stack delivered
  const records: Record<string, string> = {
    ...instanceRecords({ stack, spec, runtime: 'docker', host: { account } }),
    'secret-names': '',
  };
  const use = `use_service ${words([stack, spec.name])}`;
  const lines = published.map(({ address, port, target }) => `${address} ${port} ${target}\n`).join('');
  // other bounds that the compose file may name come with the first `up`
  const hold = { ms: holdMs(spec), ...holdLimits };
  const listeners = renderListeners({ stack, service: spec.name, ports: spec.ports, hold });
  const addressesOf = spec.ports.flatMap((port) => port.published.map((p) => `${p.address}:${p.port}`));
  return {
    files: [
      use,
      putRendered(renderAdopted(spec, context, adoption), context),
      ...Object.entries(records).map(([file, content]) => putFile(`${directory}/${file}`, content, '0600')),
      ...mounts.map(
        (mount) =>
          `adopt_data ${words([mount.directory, mount.source, mount.what])} <<'MAPPING'\n${records.mapping}MAPPING`,
      ),
      `adopt_instance ${words([container])} <<'PUBLISHED'\n${lines}PUBLISHED`,
    ].join('\n'),
    listeners: `add_service ${words([stack, spec.name, ...addressesOf])} <<'LISTENERS'\n${listeners}\nLISTENERS`,
    serve: [use, `serve_adopted ${words([container])}`].join('\n'),
  };
}
