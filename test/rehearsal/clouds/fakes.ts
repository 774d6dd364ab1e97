import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from '@jest/globals';
import type { CheckResult, Operation, ResourceProvider } from '../../../provider/rpc/resourceProvider.ts';
import type { Props } from '../../../provider/rpc/value.ts';
import type { AccessApplication, CloudHooks, VmRequest } from '../../../rehearsal/clouds/hooks.ts';

/** A directory that goes with the test file. */
export function scratch(): string {
  const directory = mkdtempSync(join(tmpdir(), 'clouds-'));
  afterAll(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

export interface FakeWorld extends CloudHooks {
  machines: Map<string, VmRequest>;
  volumes: Map<string, number>;
  secrets: Map<string, string>;
  routed: Map<string, string>;
  connected: Map<string, number>;
  guarded: Map<string, AccessApplication>;
}

/** Machines, disks and an edge that are nothing but maps. */
export function fakeWorld(): FakeWorld {
  const machines = new Map<string, VmRequest>();
  const volumes = new Map<string, number>();
  const secrets = new Map<string, string>();
  const routed = new Map<string, string>();
  const connected = new Map<string, number>();
  const guarded = new Map<string, AccessApplication>();
  return {
    machines,
    volumes,
    secrets,
    routed,
    connected,
    guarded,
    vms: {
      create: async (vm) => {
        machines.set(vm.name, vm);
        return { networkIp: '10.0.0.5' };
      },
      exists: async (name) => machines.has(name),
      update: async (vm) => void machines.set(vm.name, vm),
      destroy: async (name) => void machines.delete(name),
    },
    disks: {
      create: async ({ name, sizeGb }) => void volumes.set(name, sizeGb),
      exists: async (name) => volumes.has(name),
      resize: async ({ name, sizeGb }) => void volumes.set(name, sizeGb),
      destroy: async (name) => void volumes.delete(name),
    },
    edge: {
      address: '10.0.0.1:7000',
      tunnels: {
        create: (id, secret) => void secrets.set(id, secret),
        rotate: (id, secret) => void secrets.set(id, secret),
        delete: (id) => void secrets.delete(id),
        connectors: (id) => connected.get(id) ?? 0,
      },
      routes: {
        set: (hostname, tunnelId) => void routed.set(hostname, tunnelId),
        delete: (hostname) => void routed.delete(hostname),
      },
      protect: (applications) => {
        guarded.clear();
        for (const each of applications) guarded.set(each.hostname, each);
      },
    },
    imageDigest: async (reference) => (reference === 'team/app:1' ? `sha256:${'ab'.repeat(32)}` : undefined),
  };
}

export function operation(type: string, name: string): Operation {
  return {
    urn: `urn:pulumi:dev::cortex::${type}::${name}`,
    name,
    timeoutSeconds: 0,
    signal: new AbortController().signal,
    log: () => {},
  };
}

/** A resource as the engine knows it. */
export interface Deployed {
  type: string;
  name: string;
  id: string;
  inputs: Props;
  properties: Props;
}

/** What the engine does with a provider, one resource at a time. */
export class Engine {
  readonly #provider: ResourceProvider;

  constructor(provider: ResourceProvider, config: Props = {}) {
    this.#provider = provider;
    provider.configure?.({}, config);
  }

  async check(type: string, name: string, news: Props, olds?: Props): Promise<CheckResult> {
    const randomSeed = new Uint8Array([1, 2, 3]);
    return await this.#provider.check(type, { ...operation(type, name), olds, news, randomSeed });
  }

  /** The reasons of all failures. */
  async reasons(type: string, news: Props): Promise<string[]> {
    return (await this.check(type, 'x', news)).failures.map(({ reason }) => reason);
  }

  async create(type: string, name: string, news: Props): Promise<Deployed> {
    const { inputs, failures } = await this.check(type, name, news);
    if (failures.length > 0) throw new Error(failures.map(({ reason }) => reason).join('\n'));
    const { id, properties } = await this.#provider.create(type, { ...operation(type, name), inputs });
    return { type, name, id, inputs, properties };
  }

  async diff(deployed: Deployed, news: Props) {
    const { inputs } = await this.check(deployed.type, deployed.name, news, deployed.inputs);
    return await this.#provider.diff(deployed.type, {
      ...operation(deployed.type, deployed.name),
      id: deployed.id,
      oldInputs: deployed.inputs,
      olds: deployed.properties,
      news: inputs,
      ignoreChanges: [],
    });
  }

  async update(deployed: Deployed, news: Props): Promise<Deployed> {
    const { type, name, id } = deployed;
    const { inputs, failures } = await this.check(type, name, news, deployed.inputs);
    if (failures.length > 0) throw new Error(failures.map(({ reason }) => reason).join('\n'));
    const request = { id, oldInputs: deployed.inputs, olds: deployed.properties, news: inputs };
    const { properties } = await this.#provider.update(type, { ...operation(type, name), ...request });
    return { type, name, id, inputs, properties };
  }

  async read({ type, name, id, inputs, properties }: Deployed) {
    return await this.#provider.read(type, { ...operation(type, name), id, inputs, properties });
  }

  async delete({ type, name, id, inputs, properties }: Deployed): Promise<void> {
    await this.#provider.delete(type, { ...operation(type, name), id, oldInputs: inputs, properties });
  }

  async preview(type: string, name: string, news: Props, deployed?: Deployed): Promise<Props | undefined> {
    const { inputs } = await this.check(type, name, news, deployed?.inputs);
    const olds = deployed?.properties ?? {};
    return await this.#provider.preview?.(type, {
      ...operation(type, name),
      id: deployed?.id,
      olds,
      news: inputs,
    });
  }

  async invoke(token: string, args: Props): Promise<Props | undefined> {
    return await this.#provider.invoke?.(token, args, operation('', ''));
  }
}
