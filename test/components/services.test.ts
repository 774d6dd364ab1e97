import { describe, expect, test } from '@jest/globals';
import * as pulumi from '@pulumi/pulumi';
import type { ContainerHost } from '../../components/host.ts';
import { CortexServices, type CortexServicesArgs } from '../../components/services.ts';
import type { Registries } from '../../provider/inputs.ts';
import { holdLimits } from '../../spec/hold.ts';
import { holdMs } from '../../spec/timing.ts';
import { load } from '../compose/file.ts';
import { declared, find, hostKey, key, noteOptions, type Options, secret } from './mocks.ts';

const compose = load(
  `services:
  tunnel:
    image: cloudflare/cloudflared:1
    depends_on: [admin]
    secrets: [tunnel-token]
    configs: [tunnel-config]
  admin:
    image: team/admin:1
    expose: ["5001"]
    depends_on: [engine]
  engine:
    image: team/engine:1
    expose: ["8000"]
    secrets: [bot]
    volumes: ["state:/state"]
volumes: {state: }
secrets: {bot: {environment: BOT_TOKEN}, tunnel-token: {external: true}}
configs: {tunnel-config: {external: true}}
`,
  { secretNames: ['BOT_TOKEN'], supplied: { secrets: ['tunnel-token'], configs: ['tunnel-config'] } },
);

const account = { name: 'cortex', uid: 1000, subuidStart: 100000 };
const host = {
  host: JSON.stringify({ machineId: '0123456789abcdef0123456789abcdef', account }),
  connection: JSON.stringify({ address: '203.0.113.7', port: 22, user: 'deploy', hostKey }),
};

const probe = { port: 2000, path: '/config', select: '.', expected: '[]' };

/** What a tunnel would supply, for so many connectors. */
const tunnel = (replicas: number) => ({
  token: pulumi.secret('token-value'),
  config: pulumi.output('ingress: []\n'),
  probe: pulumi.output(probe),
  replicas,
});

async function services(
  chosen: Partial<CortexServicesArgs['config']> = {},
  others: () => Partial<CortexServicesArgs> = () => ({}),
) {
  const options: Record<string, Options> = {};
  let made: CortexServices | undefined;
  const resources = await declared(() => {
    const config: CortexServicesArgs['config'] = {
      stack: 'prod',
      runtime: 'docker',
      runtimes: {},
      secrets: { BOT_TOKEN: pulumi.secret('bot-value'), OTHER: pulumi.secret('other-value') },
      registries: pulumi.secret<Registries>({}),
      ...chosen,
    };
    made = new CortexServices(
      'cortex',
      {
        config,
        compose,
        host: { host, account: pulumi.output(account) } as ContainerHost,
        tunnel: tunnel(1),
        ...others(),
      },
      { transformations: [noteOptions(options)] },
    );
  });
  return { resources, options, made: made as CortexServices };
}

describe('the services of a stack', () => {
  test('are an instance and a slot each, behind one proxy', async () => {
    const { resources } = await services();
    expect(resources.map(key)).toEqual([
      'Images cortex-images',
      'Instance admin',
      'Instance engine',
      'Instance tunnel',
      'Proxy cortex-proxy',
      'Setup cortex-setup',
      'Slot admin',
      'Slot engine',
      'Slot tunnel',
    ]);
    expect(find(resources, 'Slot engine')).toEqual({
      ...host,
      stack: 'prod',
      service: 'engine',
      instance: 'engine-0000000',
    });
  });

  test('run under the stack’s runtime, or their own', async () => {
    const { resources, made } = await services({ runtime: 'podman', runtimes: { engine: 'docker' } });
    expect(find(resources, 'Instance admin').runtime).toBe('podman');
    expect(find(resources, 'Instance engine').runtime).toBe('docker');
    expect(made.runtimes).toEqual({ admin: 'podman', engine: 'docker', tunnel: 'podman' });
  });

  test('differ by their runtime alone when the flag changes', async () => {
    const [docker, podman] = [await services(), await services({ runtime: 'podman' })].map(
      ({ resources }) => resources,
    );
    const flipped = docker?.map(({ type, name, inputs }) => ({
      type,
      name,
      inputs: type.endsWith(':Instance') ? { ...inputs, runtime: 'podman' } : inputs,
    }));
    expect(podman).toEqual(flipped);
    expect(podman).not.toEqual(docker);
  });

  test('are replaced after what they depend on serves', async () => {
    const { options } = await services();
    const before = ['Proxy cortex-proxy', 'Images cortex-images'];
    expect(options['Instance engine']?.dependsOn).toEqual(before);
    expect(options['Instance admin']?.dependsOn).toEqual([...before, 'Slot engine']);
    expect(options['Instance tunnel']?.dependsOn).toEqual([...before, 'Slot admin']);
  });

  test('get their own secrets and no other, encrypted', async () => {
    const { resources } = await services();
    expect(find(resources, 'Instance admin').secrets).toBeUndefined();
    expect(find(resources, 'Instance engine').secrets).toEqual(secret({ bot: 'bot-value' }));
    expect(find(resources, 'Instance tunnel').secrets).toEqual(secret({ 'tunnel-token': 'token-value' }));
    expect(JSON.stringify(resources)).not.toContain('other-value');
  });

  test('include the connector, with the tunnel’s rules, which it is asked for', async () => {
    const { resources } = await services();
    expect(find(resources, 'Instance tunnel')).toMatchObject({
      spec: { configs: [{ config: 'tunnel-config', content: 'ingress: []\n' }] },
      probe,
    });
    expect(find(resources, 'Instance admin').probe).toBeUndefined();
  });

  test('include a second connector, which is replaced once the first one serves', async () => {
    const { resources, options, made } = await services({ runtimes: { tunnel: 'podman' } }, () => ({
      tunnel: tunnel(2),
    }));
    const [first, second] = ['tunnel', 'tunnel-2'].map((name) => find(resources, `Instance ${name}`));
    expect(options['Instance tunnel-2']?.dependsOn).toContain('Slot tunnel');
    expect(options['Instance tunnel']?.dependsOn).not.toContain('Slot tunnel-2');
    expect(made.runtimes).toMatchObject({ tunnel: 'podman', 'tunnel-2': 'podman', admin: 'docker' });
    expect(second?.spec).toEqual({
      ...(first?.spec as object),
      name: 'tunnel-2',
      dependsOn: [
        { service: 'admin', condition: 'service_started' },
        { service: 'tunnel', condition: 'service_healthy' },
      ],
      peers: 'admin engine tunnel',
    });
    expect(find(resources, 'Proxy cortex-proxy').services).toHaveProperty('tunnel-2');
    expect(find(resources, 'Slot tunnel-2')).toMatchObject({
      service: 'tunnel-2',
      instance: 'tunnel-2-0000000',
    });
  });

  test('have addresses before they have instances, and images in both engines', async () => {
    const { resources } = await services();
    const [, admin] = compose.services;
    expect(find(resources, 'Proxy cortex-proxy').services).toMatchObject({
      admin: { ports: [{ port: 5001 }], hold: { ms: admin && holdMs(admin), ...holdLimits } },
      engine: { ports: [{ port: 8000 }] },
      tunnel: { ports: [] },
    });
    expect(find(resources, 'Images cortex-images').images).toEqual([
      'cloudflare/cloudflared:1',
      'team/admin:1',
      'team/engine:1',
    ]);
  });

  test('mount a volume of an engine once its data was carried in', async () => {
    const external = { volume: 'state', name: 'cortex_state', source: 'keep' as const };
    const { resources, options } = await services({}, () => ({
      compose: { ...compose, externalVolumes: [external] },
    }));
    expect(find(resources, 'Volume cortex-state')).toEqual({
      ...host,
      stack: 'prod',
      volume: 'state',
      external: 'cortex_state',
      source: 'keep',
    });
    expect(options['Instance engine']?.dependsOn).toContain('Volume cortex-state');
    expect(options['Instance admin']?.dependsOn).not.toContain('Volume cortex-state');
  });

  test('go with the VM that the stack made', async () => {
    const { options } = await services({}, () => ({
      vm: new pulumi.ComponentResource('test:index:Vm', 'vm'),
    }));
    expect(Object.values(options).map(({ deletedWith }) => deletedWith)).toEqual(Array(9).fill('Vm vm'));
    expect(Object.values((await services()).options).every(({ deletedWith }) => !deletedWith)).toBe(true);
  });

  test('without the tunnel that one of them needs are refused', async () => {
    await expect(services({}, () => ({ tunnel: undefined }))).rejects.toThrow(
      'no tunnel, and tunnel reads the secret tunnel-token of one',
    );
  });
});
