import * as pulumi from '@pulumi/pulumi';
import { type Compose, loadCompose } from '../compose/load.ts';
import { ComposeError, formatProblems } from '../compose/problem.ts';
import { projectFiles } from '../compose/projectFiles.ts';
import { supplied } from '../config/tunnel.ts';
import type { Config } from '../config.ts';

/** The project's services, as compose.yaml and the stack's configuration declare them. */
export function declaredServices(root: string, { env, secrets, profiles }: Config): Compose {
  const compose = load(root, { env, secretNames: Object.keys(secrets), profiles });
  if (compose.warnings.length > 0) void pulumi.log.warn(formatProblems(compose.warnings));
  return compose;
}

function load(
  root: string,
  chosen: { env: Config['env']; secretNames: string[]; profiles: string[] },
): Compose {
  try {
    return loadCompose({ file: 'compose.yaml', project: projectFiles(root), supplied, ...chosen });
  } catch (error) {
    // Pulumi prints a RunError without a stack trace: the reader looks for a line of the file, not of code
    throw error instanceof ComposeError ? new pulumi.RunError(error.message) : error;
  }
}
