import { expect, test } from '@jest/globals';
import * as pulumi from '@pulumi/pulumi';
import { withSecrets } from '../../components/secrets.ts';
import type { Config } from '../../config.ts';
import { gcpHost } from './gcpHost.ts';
import { declared, value } from './mocks.ts';

const config = (chosen: Partial<Config>) =>
  ({
    stack: 'prod',
    host: gcpHost,
    secretsFrom: 'config',
    secrets: {},
    secretVersions: {},
    ...chosen,
  }) as Config;

test('secrets of the configuration are left as they are', async () => {
  const secrets = { TOKEN: pulumi.secret('value') };
  await declared(() => {
    expect(withSecrets('cortex', config({ secrets })).secrets).toBe(secrets);
  });
});

test('others are read from Secret Manager, each in its version, and are secret from there on', async () => {
  const read: Record<string, pulumi.Output<string>> = {};
  await declared(() => {
    const secretVersions = { TELEGRAM_BOT_TOKEN: '3', OTHER: 'latest' };
    Object.assign(
      read,
      withSecrets('cortex', config({ secretsFrom: 'secretManager', secretVersions })).secrets,
    );
  });
  expect(Object.keys(read)).toEqual(['TELEGRAM_BOT_TOKEN', 'OTHER']);
  const token = read.TELEGRAM_BOT_TOKEN as pulumi.Output<string>;
  expect(await value(token)).toBe('cortex-prod-TELEGRAM_BOT_TOKEN version 3');
  expect(await pulumi.isSecret(token)).toBe(true);
  expect(await value(read.OTHER as pulumi.Output<string>)).toBe('cortex-prod-OTHER version latest');
});
