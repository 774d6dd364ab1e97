import { readdirSync } from 'node:fs';
import * as grpc from '@grpc/grpc-js';
import { expect, test } from '@jest/globals';
import providerGrpc from '@pulumi/pulumi/proto/provider_grpc_pb.js';
import emptyPb from 'google-protobuf/google/protobuf/empty_pb.js';
import { startClouds } from '../../../rehearsal/clouds/start.ts';
import { call } from '../../provider/rpc/client.ts';
import { fakeWorld, scratch } from './fakes.ts';

const stateDirectory = scratch();

test('every provider answers under its port', async () => {
  const clouds = await startClouds({ hooks: fakeWorld(), stateDirectory, zones: {} });
  const ports = new Map(clouds.debugProviders.split(',').map((pair) => pair.split(':') as [string, string]));
  expect([...ports.keys()]).toEqual(['gcp', 'cloudflare', 'command', 'docker']);
  for (const port of ports.values()) {
    const client = new providerGrpc.ResourceProviderClient(
      `127.0.0.1:${port}`,
      grpc.credentials.createInsecure(),
    );
    const info = await call(client, 'getPluginInfo', new emptyPb.Empty());
    expect(info.getVersion()).toMatch(/^\d+\.\d+\.\d+$/);
    client.close();
  }
  await clouds.close();
  expect(readdirSync(stateDirectory)).toEqual([]);
});
