import { getSecretVersionAccessOutput } from '@pulumi/gcp/secretmanager/getSecretVersionAccess.js';
import * as pulumi from '@pulumi/pulumi';
import type { Config } from '../config.ts';

/**
 * The configuration with the values of its secrets, from where they are kept. Secret Manager is read with the
 * operator's own rights, by preview too; a value is a Pulumi secret from here on.
 */
export function withSecrets(name: string, config: Config): Config {
  const { secretsFrom, secretVersions, stack, host } = config;
  if (secretsFrom === 'config' || host.kind !== 'gcp') return config;
  const { project } = host;
  const secrets = Object.entries(secretVersions).map(([secret, version]) => [
    secret,
    // the provider's own result is in the clear
    pulumi.secret(
      getSecretVersionAccessOutput({ project, secret: secretId(name, stack, secret), version }).secretData,
    ),
  ]);
  return { ...config, secrets: Object.fromEntries(secrets) };
}

/** What a secret of the stack is called in Secret Manager: `cortex-prod-TELEGRAM_BOT_TOKEN`. */
export function secretId(name: string, stack: string, secret: string): string {
  return `${name}-${stack}-${secret}`;
}
