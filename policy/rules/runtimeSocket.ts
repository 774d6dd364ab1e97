import { givesTheHost } from '../../spec/hostPaths.ts';
import { containers } from '../container.ts';
import { resourceRule } from '../rule.ts';

export const runtimeSocket = resourceRule({
  name: 'no-runtime-socket',
  description: "No container may be given a runtime's socket, or the folders that the host runs on.",
  options: {},
  checks: containers(({ hostPaths }) =>
    hostPaths
      .filter(givesTheHost)
      .map((path) => `mounts ${path} of the host, by which it becomes root there: mount another folder`),
  ),
});
