import type { ServiceSpec } from '../spec/service.ts';
import type { RenderContext, RenderedFile } from './runtime.ts';

/** The contents of the service's configs, as files that any user in the container may read. */
export function configFiles(spec: ServiceSpec, { directory }: RenderContext): RenderedFile[] {
  return spec.configs.map(({ config, content }) => ({
    path: `${directory}/configs/${config}`,
    content,
    mode: '0444',
    owner: 'root',
  }));
}
