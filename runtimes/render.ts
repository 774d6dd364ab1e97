import type { RuntimeName, ServiceSpec } from '../spec/service.ts';
import { problems } from './check.ts';
import { renderDocker } from './docker.ts';
import { renderPodman } from './podman.ts';
import type { RenderContext, Rendered } from './runtime.ts';

/**
 * The files of one instance of a service.
 * @throws when the spec has something this runtime cannot honour: all of it in one error (see `problems`)
 */
export function render(runtime: RuntimeName, spec: ServiceSpec, context: RenderContext): Rendered {
  const found = problems(runtime, spec);
  if (found.length > 0) throw new Error(found.join('\n'));
  switch (runtime) {
    case 'docker':
      return renderDocker(spec, context);
    case 'podman':
      return renderPodman(spec, context);
    default:
      throw new Error(`runtime: "${runtime satisfies never}" is not known, expected docker or podman`);
  }
}
