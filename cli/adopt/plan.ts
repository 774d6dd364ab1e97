import { type Adoption, adoptedMounts } from '../../provider/adopt.ts';
import type { RuntimeName, ServiceSpec } from '../../spec/service.ts';
import { CliError, exit } from '../exit.ts';

/** What is adopted of a Compose project, and what is not. */
export interface Plan {
  stack: string;
  project: string;
  adoptions: Adoption[];
  /** what stays as it is, and why */
  left: string[];
}

/** As much of `docker inspect` as an adoption needs. */
interface Found {
  Name: string;
  Config: { Labels?: Record<string, string> | null };
  State: { Running?: boolean };
  HostConfig: { RestartPolicy?: { Name?: string } | null };
  Mounts?: { Source?: string; Destination?: string }[] | null;
  NetworkSettings?: { Ports?: Record<string, { HostIp?: string; HostPort?: string }[] | null> | null };
}

export interface PlanArgs {
  stack: string;
  project: string;
  services: readonly ServiceSpec[];
  runtimes: Readonly<Record<string, RuntimeName>>;
  /** what `docker inspect` printed of the project's containers; empty where there are none */
  inspected: string;
}

/** Which container becomes the first instance of which service. @throws {CliError} where that cannot be told */
export function plan({ stack, project, services, inspected }: PlanArgs): Plan {
  const found = inspected.trim() === '' ? [] : (JSON.parse(inspected) as Found[]);
  if (found.length === 0)
    throw new CliError(
      `Docker has no Compose project "${project}" on this host. What runs there: cortex audit`,
    );
  const left: string[] = [];
  const adoptions = new Map<string, Adoption>();
  for (const container of found) {
    const name = container.Name.replace(/^\//, '');
    const service = container.Config.Labels?.['com.docker.compose.service'] ?? '';
    const spec = services.find((each) => each.name === service);
    if (!spec) {
      left.push(
        `${name}: ${service} is not declared in this stack, or its profile is off; it runs on as it does`,
      );
    } else if (!container.State.Running) {
      left.push(`${name}: it does not run; pulumi up makes ${service} anew`);
    } else if (adoptions.has(service)) {
      throw new CliError(
        `${service} has several containers (${adoptions.get(service)?.container}, ${name}), expected one: docker compose up --scale ${service}=1`,
        exit.refused,
      );
    } else {
      adoptions.set(service, adoption(stack, spec, name, container));
      left.push(...unreachable(spec, name, container));
    }
  }
  for (const { name } of services)
    if (!adoptions.has(name)) left.push(`${name}: nothing of it runs in ${project}; pulumi up makes it`);
  if (adoptions.size === 0)
    throw new CliError(
      `nothing of the project "${project}" can be adopted:\n${left.join('\n')}`,
      exit.refused,
    );
  const inOrder = services.flatMap(({ name }) => adoptions.get(name) ?? []);
  return { stack, project, adoptions: inOrder, left };
}

function adoption(stack: string, spec: ServiceSpec, container: string, found: Found): Adoption {
  const mounts = (found.Mounts ?? []).map(({ Source = '', Destination = '' }) => ({
    source: Source,
    target: Destination,
  }));
  const own = publishedBy(found);
  return {
    spec,
    container,
    restart: found.HostConfig.RestartPolicy?.Name || 'no',
    mounts: adoptedMounts(stack, spec, mounts),
    published: spec.ports.flatMap(({ port: target, published }) =>
      published
        .filter(({ address, port }) =>
          own.some((each) => each.port === port && (each.address === address || each.address === '0.0.0.0')),
        )
        .map(({ address, port }) => ({ address, port, target })),
    ),
  };
}

function publishedBy({ NetworkSettings }: Found): { address: string; port: number }[] {
  return Object.values(NetworkSettings?.Ports ?? {}).flatMap((each) =>
    (each ?? []).map(({ HostIp, HostPort }) => ({ address: HostIp || '0.0.0.0', port: Number(HostPort) })),
  );
}

/** Ports that go with the container, because nobody declares them. */
function unreachable(spec: ServiceSpec, container: string, found: Found): string[] {
  const declared = spec.ports.flatMap(({ published }) => published.map(({ port }) => port));
  const gone = new Set(
    publishedBy(found)
      .map(({ port }) => port)
      .filter((port) => !declared.includes(port)),
  );
  return [...gone].map(
    (port) =>
      `${container}: it publishes port ${port}, which ${spec.name} does not declare: it ends with the container`,
  );
}
