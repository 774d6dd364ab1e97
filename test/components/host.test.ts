import { describe, expect, test } from '@jest/globals';
import * as pulumi from '@pulumi/pulumi';
import { identityScript, setupScript } from '../../components/host/setup.ts';
import { ContainerHost } from '../../components/host.ts';
import { declared, find, hostKey, key, noteOptions, type Options, value } from './mocks.ts';

const connection = { address: '203.0.113.7', port: 2222, user: 'deploy', identityFile: '~/.ssh/id' };

async function host(machine: pulumi.Input<string> = 'machine-1') {
  const options: Record<string, Options> = {};
  let made: ContainerHost | undefined;
  const resources = await declared(() => {
    made = new ContainerHost(
      'cortex',
      { connection, hostKey, machine, account: 'cortex', dataDisk: 'google-data', bootSeconds: 300 },
      { transformations: [noteOptions(options)] },
    );
  });
  return { resources, options, made: made as ContainerHost };
}

describe('a host', () => {
  test('is set up, then asked who it is', async () => {
    const { resources, options } = await host();
    expect(resources.map(key)).toEqual(['Command cortex-identity', 'Command cortex-setup']);
    expect(options['Command cortex-identity']?.dependsOn).toEqual(['Command cortex-setup']);
    expect(find(resources, 'Command cortex-setup').stdin).toBe(
      setupScript({ account: 'cortex', dataDisk: 'google-data' }),
    );
    expect(find(resources, 'Command cortex-identity').stdin).toBe(identityScript('cortex'));
  });

  test('stays the same machine for its services when its set-up, or the way to it, changes', async () => {
    const { resources, options } = await host();
    // only a change of the machine may make the identity unknown during a preview
    expect(find(resources, 'Command cortex-identity').triggers).toEqual(['machine-1']);
    expect(options['Command cortex-identity']?.ignoreChanges).toEqual(['create', 'environment', 'stdin']);
    expect(find(resources, 'Command cortex-setup').triggers).toEqual(['machine-1']);
    expect(options['Command cortex-setup']?.ignoreChanges).toBeUndefined();
  });

  test('waits for a new machine longer than for one that has answered before', async () => {
    const { create, update } = find((await host()).resources, 'Command cortex-setup');
    expect(create).toBe('deadline=300 sh -c "$script"');
    expect(update).toBe('deadline=20 sh -c "$script"');
  });

  test('is known to the provider by machine, key and account', async () => {
    const { made } = await host();
    const [who, way] = [
      await value(pulumi.output(made.host.host)),
      await value(pulumi.output(made.host.connection)),
    ];
    expect(JSON.parse(who)).toEqual({
      machineId: '0123456789abcdef0123456789abcdef',
      account: { name: 'cortex', uid: 1000, subuidStart: 100000 },
    });
    expect(JSON.parse(way)).toEqual({ ...connection, hostKey });
    expect(await value(made.sshCommand)).toBe('ssh -i ~/.ssh/id -p 2222 deploy@203.0.113.7');
  });
});
