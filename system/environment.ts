import type { Compose } from '../compose/load.ts';
import type { ParsedConfig } from '../config/parse.ts';
import { directories } from '../provider/directories.ts';
import type { RuntimeName } from '../spec/service.ts';

/** A stack as the page shows it. */
export interface Environment {
  stack: string;
  where: Where;
  runtime: RuntimeName;
  /** services that have another runtime */
  others: Record<string, RuntimeName>;
  /** empty for a rehearsal, whose machine is thrown away */
  services: Service[];
}

export type Where =
  | { kind: 'gcp'; machine: string; project: string; zone: string }
  | { kind: 'ssh'; address: string; user: string }
  | { kind: 'podman-machine'; machine: string }
  | { kind: 'rehearsal' };

export interface Service {
  name: string;
  image: string;
  /** `address:port` on the host */
  published: string[];
  /** ports that other services reach it on, by its name */
  ports: number[];
  url: string | undefined;
  data: Data[];
}

/** What a service keeps outside of its container. */
export interface Data {
  name: string;
  /** on the host */
  directory: string;
  writes: boolean;
}

/** What the page says of a stack that deploys. */
export function environment(config: ParsedConfig, { services }: Pick<Compose, 'services'>): Environment {
  const { stack, host, tunnel } = config;
  const where = whereOf(stack, host);
  return {
    stack,
    where,
    ...runtimes(config),
    services: services.map(({ name, image, ports, mounts }) => ({
      name,
      image,
      published: ports.flatMap(({ published }) => published.map((each) => `${each.address}:${each.port}`)),
      ports: ports.map(({ port }) => port),
      url: tunnel?.hostnames[name] && `https://${tunnel.hostnames[name].hostname}`,
      data: mounts.flatMap((mount): Data[] => {
        const writes = !('readOnly' in mount && mount.readOnly);
        if (mount.kind === 'volume')
          return [
            { name: mount.volume, directory: `${directories.volume(stack, mount.volume)}/data`, writes },
          ];
        if (mount.kind === 'project')
          return [
            {
              name: `./${mount.source}`,
              directory: `${directories.project(stack, mount.source)}/data`,
              writes,
            },
          ];
        return [];
      }),
    })),
  };
}

function whereOf(stack: string, host: ParsedConfig['host']): Where {
  switch (host.kind) {
    case 'gcp':
      return { kind: 'gcp', machine: `cortex-${stack}`, project: host.project, zone: host.zone };
    case 'ssh':
      return { kind: 'ssh', address: host.address, user: host.user };
    case 'podman-machine':
      return { kind: 'podman-machine', machine: host.machine };
  }
}

/** A rehearsal's stack has made-up accounts, and no key until it runs: of its file, only the flag matters. */
export function rehearsed(stack: string, runtime: RuntimeName, others: Environment['others']): Environment {
  return { stack, where: { kind: 'rehearsal' }, ...runtimes({ runtime, runtimes: others }), services: [] };
}

function runtimes({ runtime, runtimes }: Pick<ParsedConfig, 'runtime' | 'runtimes'>) {
  const others = Object.entries(runtimes).filter(([, own]) => own !== runtime);
  return { runtime, others: Object.fromEntries(others) };
}
