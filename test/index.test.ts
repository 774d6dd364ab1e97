import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import gcpTypes from '../rehearsal/clouds/types/gcp.json' with { type: 'json' };
import { graph } from './components/graph.ts';
import { type Declared, hostKey, key } from './components/mocks.ts';
import { golden } from './golden.ts';
import { program, token } from './program.ts';
import { stackFile } from './stackConfig.ts';

const environment = { ...process.env };
jest.setTimeout(60_000);

afterEach(() => {
  process.env = { ...environment };
});

beforeEach(() => {
  // what a preview would say
  jest.spyOn(console, 'log').mockImplementation(() => {});
});

const inCloud = ({ type }: Declared) => /^(gcp|cloudflare|command):/.test(type);
const instances = (resources: Declared[]) =>
  resources.filter(({ type }) => type === 'containerhost:index:Instance');

describe('the flag', () => {
  test('changes the runtime of every service, and no other input of anything', async () => {
    const docker = (await program('prod')).resources;
    const podman = (await program('prod', { 'cortex:runtime': 'podman' })).resources;
    expect(docker.filter(inCloud)).toHaveLength(36);
    expect(podman.filter(inCloud)).toEqual(docker.filter(inCloud));
    expect(instances(docker).map(({ name, inputs }) => [name, inputs.runtime])).toEqual([
      ['cortex-admin', 'docker'],
      ['cortex-dashboard', 'docker'],
      ['cortex-engine', 'docker'],
      ['cortex-tunnel', 'docker'],
      ['cortex-tunnel-2', 'docker'],
    ]);
    const flipped = docker.map((resource) =>
      instances([resource]).length === 0
        ? resource
        : { ...resource, inputs: { ...resource.inputs, runtime: 'podman' } },
    );
    expect(podman).toEqual(flipped);
  });

  test('is the default of services that have no runtime of their own', async () => {
    const services = { 'cortex-engine': { runtime: 'podman' } };
    const { resources, outputs } = await program('prod', { 'cortex:services': services });
    expect(instances(resources).map(({ inputs }) => inputs.runtime)).toEqual([
      'docker',
      'docker',
      'podman',
      'docker',
      'docker',
    ]);
    expect(outputs.runtimes).toEqual({
      'cortex-admin': 'docker',
      'cortex-dashboard': 'docker',
      'cortex-engine': 'podman',
      'cortex-tunnel': 'docker',
      'cortex-tunnel-2': 'docker',
    });
  });
});

describe('a stack', () => {
  test('of production is this', async () => {
    const { resources } = await program('prod');
    golden('prod-graph.txt', graph(resources));
  });

  test('says where its services are, and whose everything is that can have a label', async () => {
    const { outputs, resources } = await program('prod');
    const labelled = resources.flatMap((resource) => {
      const { inputs } = gcpTypes.resources[resource.type as keyof typeof gcpTypes.resources] ?? {};
      // where there are both, the other is no label but what the thing is made of
      const property = ['userLabels', 'labels'].find((name) => inputs && Object.hasOwn(inputs, name));
      return property ? [[key(resource), resource.inputs[property]]] : [];
    });
    const whose = { project: 'cortex', stack: 'prod' };
    expect(labelled).toEqual(labelled.map(([name]) => [name, whose]));
    expect(labelled.map(([name]) => name)).toEqual(
      expect.arrayContaining(['Disk cortex-data', 'Instance cortex-vm']),
    );
    expect(outputs.urls).toEqual({
      'cortex-admin': 'https://admin.cortex.example.com',
      'cortex-dashboard': 'https://dashboard.cortex.example.com',
    });
  });

  test('on a machine that exists, without a tunnel, makes nothing in a cloud', async () => {
    const { resources, outputs } = await program('prod', {
      'cortex:host': { kind: 'ssh', user: 'root', address: '203.0.113.7', hostKey },
      'cortex:tunnel': {},
      'cortex:alerts': {},
    });
    expect(resources.map(key)).toEqual([
      'Command cortex-identity',
      'Command cortex-setup',
      // it is asked for the tags' digests
      'docker cortex-registries',
      'Images cortex-images',
      'Instance cortex-admin',
      'Instance cortex-dashboard',
      'Instance cortex-engine',
      'Proxy cortex-proxy',
      'Setup cortex-setup',
      'Slot cortex-admin',
      'Slot cortex-dashboard',
      'Slot cortex-engine',
    ]);
    expect(outputs.urls).toEqual({});
  });

  test('of staging has the editor too, all in Podman', async () => {
    const { outputs } = await program('staging');
    expect(new Set(Object.values(outputs.runtimes))).toEqual(new Set(['podman']));
    expect(Object.keys(outputs.runtimes)).toContain('cortex-editor');
  });

  test('of a rehearsal runs in one only', async () => {
    const host = { ...(stackFile('dev')['cortex:host'] as object), publicKey: hostKey };
    await expect(program('dev', { 'cortex:host': host })).rejects.toThrow('npm run rehearse');
    process.env.CORTEX_REHEARSAL = '1';
    process.env.PULUMI_DEBUG_PROVIDERS = 'gcp:1,cloudflare:2,command:3,docker:4';
    const { outputs } = await program('dev', { 'cortex:host': host });
    expect(new Set(Object.values(outputs.runtimes))).toEqual(new Set(['podman']));
  });

  test('whose configuration is wrong fails without a stack trace', async () => {
    const failed = program('prod', { 'cortex:runtime': 'dokcer' });
    await expect(failed).rejects.toMatchObject({
      __pulumiRunError: true,
      message: expect.stringContaining('"dokcer"'),
    });
  });

  test('keeps its secrets encrypted', async () => {
    const { resources } = await program('prod');
    const engine = instances(resources).find(({ name }) => name === 'cortex-engine');
    expect(engine?.inputs.secrets).toMatchObject({ value: { 'telegram-bot-token': token } });
    expect(JSON.stringify(resources).split(token)).toHaveLength(2);
  });
});
