import * as pulumi from '@pulumi/pulumi';
import { type Compose, loadCompose } from '../compose/load.ts';
import { ComposeError, formatProblems } from '../compose/problem.ts';
import { projectFiles } from '../compose/projectFiles.ts';
import { supplied } from '../config/tunnel.ts';
import type { Config } from '../config.ts';
import { optOuts } from '../spec/hardening.ts';
import type { ServiceSpec } from '../spec/service.ts';

/** The project's services, as compose.yaml and the stack's configuration declare them. */
export function declaredServices(root: string, { env, secrets, profiles }: Config): Compose {
  const compose = load(root, { env, secretNames: Object.keys(secrets), profiles });
  if (compose.warnings.length > 0) void pulumi.log.warn(formatProblems(compose.warnings));
  const opened = lessConfined(compose.services);
  if (opened) void pulumi.log.warn(opened);
  return compose;
}

/** What a reviewer has to see in every preview, service by service; undefined while all keep the defaults. */
export function lessConfined(specs: readonly ServiceSpec[]): string | undefined {
  const lines = specs.flatMap((spec) => {
    const outs = optOuts(spec);
    return outs.length === 0 ? [] : [`  ${spec.name}: ${outs.join('; ')}`];
  });
  if (lines.length === 0) return undefined;
  return ['compose.yaml: less confined than by default (docs/security.md):', ...lines].join('\n');
}

function load(
  root: string,
  chosen: { env: Config['env']; secretNames: string[]; profiles: string[] },
): Compose {
  try {
    return loadCompose({ project: projectFiles(root), supplied, ...chosen });
  } catch (error) {
    // Pulumi prints a RunError without a stack trace: the reader looks for a line of the file, not of code
    throw error instanceof ComposeError ? new pulumi.RunError(error.message) : error;
  }
}
