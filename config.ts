/** The stack's configuration as the program gets it: `config/parse.ts` is handed what Pulumi knows. */
import * as pulumi from '@pulumi/pulumi';
import { services, stackFile } from './config/files.ts';
import { type ParsedConfig, parseConfig } from './config/parse.ts';
import type { Registries } from './provider/inputs.ts';

export type { AlertsConfig } from './config/alerts.ts';
export type { GcpHost } from './config/gcpHost.ts';
export type { HostConfig } from './config/host.ts';
export type { SshHost } from './config/sshHost.ts';
export type { TunnelConfig } from './config/tunnel.ts';

/** The configuration as components get it: secrets are wrapped from here on. */
export interface Config extends Omit<ParsedConfig, 'secrets' | 'registries'> {
  secrets: Record<string, pulumi.Output<string>>;
  registries: pulumi.Output<Registries>;
}

/** The configuration of the stack that Pulumi runs. */
export function loadConfig(): Config {
  const stack = pulumi.getStack();
  const raw = pulumi.runtime.allConfig();
  const { secrets, registries, ...plain } = parseConfig({
    stack,
    raw,
    // the language host's own protocol: the SDK's reader of it is not public
    encrypted: JSON.parse(process.env.PULUMI_CONFIG_SECRET_KEYS || '[]'),
    file: stackFile(import.meta.dirname, stack),
    services: services(import.meta.dirname),
    environment: process.env,
  });
  const wrapped = Object.entries(secrets).map(([name, value]) => [name, pulumi.secret(value)]);
  return { ...plain, secrets: Object.fromEntries(wrapped), registries: pulumi.secret(registries) };
}
