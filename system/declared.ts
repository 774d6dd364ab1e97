import { loadCompose } from '../compose/load.ts';
import { projectFiles } from '../compose/projectFiles.ts';
import { declaredName, withReplicas } from '../config/connector.ts';
import { fileSources } from '../config/files.ts';
import { type ParsedConfig, parseConfig } from '../config/parse.ts';
import { supplied } from '../config/tunnel.ts';
import type { RuntimeName, ServiceSpec } from '../spec/service.ts';

/** A stack as the project's files declare it. */
export interface Declared {
  config: ParsedConfig;
  /** those that are on. The content of what a tunnel supplies is '' */
  services: ServiceSpec[];
  /** by service */
  runtimes: Record<string, RuntimeName>;
}

/**
 * Reads the files that the program reads; secrets stay encrypted.
 *
 * @param secretNames default: those that the stack's file has
 * @throws as the program does
 */
export function declaredStack(root: string, stack: string, secretNames?: readonly string[]): Declared {
  const config = parseConfig(fileSources(root, stack));
  const { services: declared } = loadCompose({
    project: projectFiles(root),
    supplied,
    env: config.env,
    secretNames: secretNames ?? Object.keys(config.secrets),
    profiles: config.profiles,
  });
  const services = withReplicas(declared, config.tunnel?.replicas ?? 1);
  const runtimes = services.map((spec) => [
    spec.name,
    config.runtimes[declaredName(spec, declared)] ?? config.runtime,
  ]);
  return { config, services, runtimes: Object.fromEntries(runtimes) };
}
