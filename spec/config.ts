import type { ServiceSpec } from './service.ts';

/** A copy of the spec with the content of a config that only the stack knows, such as the tunnel's rules. */
export function withConfig(spec: ServiceSpec, config: string, content: string): ServiceSpec {
  return {
    ...spec,
    configs: spec.configs.map((mount) => (mount.config === config ? { ...mount, content } : mount)),
  };
}
