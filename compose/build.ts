import { posix } from 'node:path';
import type { Context } from './context.ts';
import { passedOn } from './environment.ts';
import { readPairs } from './pairs.ts';
import { projectPath } from './project.ts';
import type { Value } from './value.ts';

/** How the image of a service is built. Paths are relative to the project. */
export interface Build {
  context: string;
  dockerfile: string;
  /** the stage that is built; null is the last one */
  target: string | null;
  /** plain values: an image keeps them in its history */
  args: Record<string, string>;
}

/** Reads `build`, as a folder or in full; undefined where the image comes from elsewhere. */
export function readBuild(build: Value, context: Context): Build | undefined {
  if (!build.there) return undefined;
  build.refuseOtherThan(['context', 'dockerfile', 'target', 'args'], {
    dockerfile_inline: 'put it into a Dockerfile, and name that under `dockerfile`',
    platforms: "delete it: cortex:images.platform says the host's",
    secrets: 'fetch what needs a secret before the build, or when the service starts',
    ssh: 'fetch what needs a key before the build',
    tags: 'delete it: the tag is that of `image`',
  });
  const place = build.isMap ? build.get('context') : build;
  const folder = projectPath(place.there ? place.string() : '.');
  if (folder === undefined) {
    place.complain({
      expected: 'a folder of the project; it leads out of it',
      fix: 'move it into the project',
    });
    return undefined;
  }
  const file = build.get('dockerfile');
  const dockerfile = posix.join(folder, file.there ? file.string() : 'Dockerfile');
  const text = context.project.read(dockerfile);
  if (typeof text !== 'string')
    (file.there ? file : place).complain({
      found: `"${dockerfile}"`,
      expected: `a Dockerfile in the project; it ${text.reason}`,
      fix: 'put it there, or correct `context` or `dockerfile`',
    });
  const target = build.get('target');
  const args = readPairs(build.get('args')).map(({ name, value, at }): [string, string] => [
    name,
    value ?? passedOn(name, at, context),
  ]);
  return {
    context: folder,
    dockerfile,
    target: target.there ? target.string() : null,
    args: Object.fromEntries(args.sort(([a], [b]) => (a < b ? -1 : 1))),
  };
}
