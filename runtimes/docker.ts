import type { ServiceSpec } from '../spec/service.ts';
import { composeFile } from './composeFile.ts';
import { configFiles } from './configFiles.ts';
import { dockerVerbs } from './dockerVerbs.ts';
import type { RenderContext, Rendered, RenderedFile } from './runtime.ts';

/** Rootful Docker Engine: one Compose project an instance. */
export function renderDocker(spec: ServiceSpec, context: RenderContext): Rendered {
  const compose: RenderedFile = {
    path: `${context.directory}/compose.yaml`,
    content: composeFile(spec, context),
    mode: '0600',
    owner: 'root',
  };
  return { files: [compose, ...configFiles(spec, context), ...dockerVerbs(spec, context)] };
}
