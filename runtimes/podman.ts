import type { ServiceSpec } from '../spec/service.ts';
import { configFiles } from './configFiles.ts';
import { containerUnit } from './containerUnit.ts';
import { podmanVerbs } from './podmanVerbs.ts';
import { serialize } from './quadlet.ts';
import type { RenderContext, Rendered, RenderedFile } from './runtime.ts';

/** Rootless Podman: one Quadlet unit an instance, under the account's own systemd. `start` installs it there. */
export function renderPodman(spec: ServiceSpec, context: RenderContext): Rendered {
  const unit: RenderedFile = {
    path: `${context.directory}/${context.instance}.container`,
    content: serialize(containerUnit(spec, context)),
    mode: '0644',
    owner: 'root',
  };
  return { files: [unit, ...configFiles(spec, context), ...podmanVerbs(spec, context)] };
}
