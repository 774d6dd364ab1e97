import { join } from 'node:path';
import type { ResourceProvider } from '../../provider/rpc/resourceProvider.ts';
import { type Served, serve } from '../../provider/rpc/serve.ts';
import { cloudflare } from './cloudflare/cloudflare.ts';
import type { Zones } from './cloudflare/dns.ts';
import { command } from './command/command.ts';
import type { Surroundings } from './command/run.ts';
import { docker } from './docker/docker.ts';
import { gcp } from './gcp/gcp.ts';
import type { CloudHooks } from './hooks.ts';
import { Store } from './store.ts';

export interface CloudsArgs {
  hooks: CloudHooks;
  /** the clouds' state is kept here: the same directory is the same clouds */
  stateDirectory: string;
  /** zones of the Cloudflare account: id → domain */
  zones: Zones;
  /** where `@pulumi/command` runs its commands; default: where this process is */
  commands?: Surroundings;
}

export interface Clouds {
  /** for PULUMI_DEBUG_PROVIDERS: `gcp:1234,cloudflare:1235,…` */
  debugProviders: string;
  close(): Promise<void>;
}

/** Starts the simulated clouds. They serve any number of `pulumi` runs, one after the other. */
export async function startClouds({ hooks, stateDirectory, zones, commands }: CloudsArgs): Promise<Clouds> {
  const store = (name: string) => new Store(join(stateDirectory, `${name}.json`));
  const providers: ResourceProvider[] = [
    gcp(store('gcp'), hooks),
    cloudflare(store('cloudflare'), hooks.edge, zones),
    command(commands),
    docker(store('docker'), hooks.imageDigest),
  ];
  const served: [string, Served][] = [];
  const close = async () => {
    await Promise.all(served.map(([, server]) => server.close()));
  };
  try {
    for (const provider of providers) served.push([provider.name, await serve(provider)]);
  } catch (error) {
    await close();
    throw error;
  }
  return { debugProviders: served.map(([name, { port }]) => `${name}:${port}`).join(','), close };
}
