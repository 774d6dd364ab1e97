import { beforeEach, describe, expect, jest, test } from '@jest/globals';
import * as pulumi from '@pulumi/pulumi';
import { type Machine, machineFor } from '../../components/machine.ts';
import type { Config, HostConfig } from '../../config.ts';
import { gcpHost } from './gcpHost.ts';
import { declared, hostKey } from './mocks.ts';

beforeEach(() => {
  jest.spyOn(pulumi.log, 'info').mockResolvedValue(undefined);
});

async function machine(host: HostConfig, rehearsal = false) {
  let made: Machine | undefined;
  const resources = await declared(() => {
    made = machineFor('cortex', { stack: 'prod', host, rehearsal } as Config);
  });
  return { resources, made: made as Machine };
}

describe('the machine of a stack', () => {
  test('that exists makes no resource', async () => {
    const { resources, made } = await machine({
      kind: 'ssh',
      user: 'deploy',
      account: 'cortex',
      address: '203.0.113.7',
      port: 2222,
      proxyCommand: 'ssh -W %h:%p jump',
      hostKey,
    });
    expect(resources).toEqual([]);
    expect(made).toEqual({
      connection: { address: '203.0.113.7', port: 2222, user: 'deploy', proxyCommand: 'ssh -W %h:%p jump' },
      hostKey,
      machine: hostKey,
      bootSeconds: 20,
    });
  });

  test('on Google Cloud is a VM with a data disk', async () => {
    const { resources, made } = await machine(gcpHost);
    expect(resources).toHaveLength(11);
    expect(made).toMatchObject({
      hardware: ['e2-medium', '30 GB'],
      dataDisk: 'google-data',
      bootSeconds: 300,
    });
    expect(made.vm).toBeDefined();
    expect(made.cloud?.name).toBe('cortex-prod');
  });
});
