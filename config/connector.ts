import type { ServiceSpec } from '../spec/service.ts';
import { rulesConfig } from './tunnel.ts';

export function isConnector({ configs }: ServiceSpec): boolean {
  return configs.some(({ config }) => config === rulesConfig);
}

/**
 * The services, with as many connectors as are wanted. Each is a service of its own, so that each is replaced,
 * compared and repaired by itself; and each depends on the one before, so that they are never replaced at the
 * same time. Nothing calls them, so their names are nobody's business.
 */
export function withReplicas(specs: readonly ServiceSpec[], replicas: number): ServiceSpec[] {
  return specs.flatMap((spec) => (isConnector(spec) ? copies(spec, replicas) : [spec]));
}

/** The service of compose.yaml that a connector is one of; any other service is its own. */
export function declaredName(spec: ServiceSpec, declared: readonly ServiceSpec[]): string {
  return (isConnector(spec) && declared.find(isConnector)?.name) || spec.name;
}

function copies(spec: ServiceSpec, replicas: number): ServiceSpec[] {
  const names = Array.from({ length: replicas }, (_, index) => replicaName(spec.name, index));
  return names.map((name, index) => {
    const before = names[index - 1];
    if (before === undefined) return spec;
    return {
      ...spec,
      name,
      dependsOn: [...spec.dependsOn, { service: before, condition: 'service_healthy' }],
      // the rules may lead to the host by the first one's name
      peers: [...new Set([...spec.peers, spec.name])].sort(),
    };
  });
}

function replicaName(service: string, index: number): string {
  return index === 0 ? service : `${service}-${index + 1}`;
}
