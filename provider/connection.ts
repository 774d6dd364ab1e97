import { existsSync, readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { machineConnection } from './podmanMachine.ts';
import type { Connection } from './ssh/args.ts';

/** What an operator may change without touching the host: keys of `cortex:host` in the stack's file. */
const keys = ['address', 'port', 'user', 'identityFile', 'proxyCommand'] as const;

/**
 * How to reach a host in this run. State remembers how it was reached last; a refresh and a destroy never
 * run the program, so what the stack's file says now (another port, a rotated key, another operator's path)
 * is looked up here. CORTEX_SSH_USER and CORTEX_SSH_IDENTITY_FILE are one operator's own.
 *
 * The engine starts the provider in the project's folder.
 */
export function currentConnection(
  stack: string,
  stored: Connection,
  environment: NodeJS.ProcessEnv = process.env,
  read: (file: string) => string | undefined = readIfThere,
  machine: (name: string) => Connection = machineConnection,
): Connection {
  const connection: Record<string, unknown> = { ...stored };
  const configured = hostConfig(read(`Pulumi.${stack}.yaml`));
  // What the file does not say any more is not what it was before. On Google Cloud the program says the rest.
  if (configured.kind !== undefined) delete connection.identityFile;
  // where it is forwarded to is Podman's to say, and another port after it was made anew
  if (configured.kind === 'podman-machine')
    return machine(String(configured.machine ?? 'podman-machine-default'));
  if (configured.kind === 'ssh') {
    connection.port = 22;
    delete connection.proxyCommand;
  }
  for (const key of keys) {
    const value = configured[key];
    if (typeof value === 'string' || typeof value === 'number') connection[key] = value;
  }
  if (environment.CORTEX_SSH_USER) connection.user = environment.CORTEX_SSH_USER;
  if (environment.CORTEX_SSH_IDENTITY_FILE) connection.identityFile = environment.CORTEX_SSH_IDENTITY_FILE;
  return connection as unknown as Connection;
}

function hostConfig(text: string | undefined): Record<string, unknown> {
  if (text === undefined) return {};
  const document: unknown = parse(text);
  const config = field(document, 'config');
  const host = field(config, 'cortex:host');
  const result: Record<string, unknown> = isObject(host) ? { ...host } : {};
  for (const key of ['kind', 'machine', ...keys]) {
    const value = field(config, `cortex:host.${key}`);
    if (value !== undefined) result[key] = value;
  }
  return result;
}

function field(value: unknown, key: string): unknown {
  return isObject(value) ? value[key] : undefined;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function readIfThere(file: string): string | undefined {
  return existsSync(file) ? readFileSync(file, 'utf8') : undefined;
}
