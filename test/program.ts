import { jest } from '@jest/globals';
import type * as sdk from '@pulumi/pulumi';
import { declared, type MockedCloud } from './components/mocks.ts';
import { rawConfig, stackFile } from './stackConfig.ts';

/** A bot token that no bot has. */
export const token = '100200300:a-bot-token-that-no-bot-has-anywhere';

/**
 * What the program declares for a stack whose file is as it is, apart from some keys. Each time it is a fresh copy
 * of everything, SDKs included.
 */
export async function program(stack: string, changes: Record<string, unknown> = {}, cloud?: MockedCloud) {
  const secrets = { TELEGRAM_BOT_TOKEN: token };
  const raw = rawConfig({ ...stackFile(stack), 'cortex:secrets': secrets, ...changes });
  process.env.PULUMI_CONFIG_SECRET_KEYS = JSON.stringify(['cortex:secrets']);
  // the program runs when it is imported
  jest.resetModules();
  const pulumi = require('@pulumi/pulumi') as typeof sdk;
  pulumi.runtime.setAllConfig(raw);
  const before = process.listeners('exit');
  let outputs: typeof import('../index.ts') | undefined;
  const resources = await declared(
    async () => {
      outputs = await import('../index.ts');
      // what it does when it is through: done later, it would keep this copy of everything in memory
      await new Promise(setImmediate);
    },
    { sdk: pulumi, stack, cloud },
  );
  // what it waits for would keep this copy of the SDK in memory
  for (const each of process.listeners('exit')) if (!before.includes(each)) process.off('exit', each);
  return { resources, outputs: outputs as NonNullable<typeof outputs> };
}
