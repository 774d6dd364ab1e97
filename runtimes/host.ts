import type { Mount, ServiceSpec } from '../spec/service.ts';
import type { RenderContext } from './runtime.ts';

/** Where on the host a mount's files are. */
export function mountSource(mount: Exclude<Mount, { kind: 'tmpfs' }>, context: RenderContext): string {
  switch (mount.kind) {
    case 'volume':
      return allocated(context.volumes, mount.volume, 'directory of volume');
    case 'project':
      return allocated(context.projects, mount.source, 'delivered copy of');
    case 'host':
      return mount.source;
  }
}

/** [loopback port, container port] of every port. */
export function publishedPorts(spec: ServiceSpec, context: RenderContext): [number, number][] {
  return spec.ports.map(({ port }) => [
    allocated(context.ports, String(port), 'loopback port of port'),
    port,
  ]);
}

export function networkName(network: string, { stack }: RenderContext): string {
  return `${stack}-${network}`;
}

/** @throws when the caller forgot to allocate it: a fault of this program, not of the user's */
function allocated<T>(record: Record<string, T>, key: string, what: string): T {
  const value = record[key];
  if (value === undefined) throw new Error(`the ${what} "${key}" was not allocated on the host`);
  return value;
}
