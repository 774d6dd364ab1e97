import type { ConfigMount, ServiceSpec } from './service.ts';

/** A spec of which a config's content is something else than text, such as an output. */
export type WithContent<Content> = Omit<ServiceSpec, 'configs'> & {
  configs: (Omit<ConfigMount, 'content'> & { content: string | Content })[];
};

/** A copy of the spec with the content of a config that only the stack knows, such as the tunnel's rules. */
export function withConfig<Content>(
  spec: ServiceSpec,
  config: string,
  content: Content,
): WithContent<Content> {
  return {
    ...spec,
    configs: spec.configs.map((mount) => (mount.config === config ? { ...mount, content } : mount)),
  };
}
