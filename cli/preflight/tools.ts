import type { Tool } from '../../preflight/cloud/tools.ts';
import { ask } from './tool.ts';

/** How a tool is asked for its version, where it is not by `<tool> version`. */
const questions: Record<string, { args: string[]; keep?: 'stderr' }> = {
  node: { args: ['--version'] },
  ssh: { args: ['-V'], keep: 'stderr' },
  // of the server, so that one that does not run is none
  docker: { args: ['version', '--format={{.Server.Version}}'] },
};

/** By tool; undefined: it is not there, or does not run. */
export async function toolVersions(
  tools: readonly Tool[],
  environment: NodeJS.ProcessEnv,
): Promise<Record<string, string | undefined>> {
  const found = await Promise.all(
    tools.map(async ({ name }) => {
      const { args, keep } = questions[name] ?? { args: ['version'] };
      const answer = await ask(name, args, environment, keep);
      return [name, answer.kind === 'answered' ? answer.value : undefined] as const;
    }),
  );
  return Object.fromEntries(found);
}
