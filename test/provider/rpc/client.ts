import * as grpc from '@grpc/grpc-js';
import providerGrpc from '@pulumi/pulumi/proto/provider_grpc_pb.js';
import { type ResourceProvider, type Served, serve } from '../../../provider/rpc/serve.ts';

export type Client = InstanceType<typeof providerGrpc.ResourceProviderClient>;

/** A provider that does nothing, to override in part. */
export function fakeProvider(overrides: Partial<ResourceProvider> = {}): ResourceProvider {
  return {
    name: 'fake',
    version: '1.2.3',
    check: (_type, req) => ({ inputs: req.news, failures: [] }),
    diff: () => ({ changes: false, replaces: [], deleteBeforeReplace: false }),
    create: async (_type, req) => ({ id: 'id-1', properties: req.inputs }),
    read: async (_type, { id, inputs, properties }) => ({ id, inputs, properties }),
    update: async (_type, req) => ({ properties: req.news }),
    delete: async () => {},
    ...overrides,
  };
}

/** Serves the provider and talks to it as the engine does. */
export async function connect(
  provider: ResourceProvider,
): Promise<{ client: Client; served: Served; close: () => Promise<void> }> {
  const served = await serve(provider);
  const client = clientOf(served.port);
  return {
    client,
    served,
    close: async () => {
      client.close();
      await served.close();
    },
  };
}

export function clientOf(port: number): Client {
  return new providerGrpc.ResourceProviderClient(`127.0.0.1:${port}`, grpc.credentials.createInsecure());
}

const service = providerGrpc.ResourceProviderService;
type Service = typeof service;
type RequestOf<M> = M extends grpc.MethodDefinition<infer Req, infer _Res> ? Req : never;
type ResponseOf<M> = M extends grpc.MethodDefinition<infer _Req, infer Res> ? Res : never;

/** One call as a promise. */
export function call<K extends keyof Service & string>(
  client: Client,
  method: K,
  request: RequestOf<Service[K]>,
): Promise<ResponseOf<Service[K]>> {
  const { path, requestSerialize, responseDeserialize } = service[method] as unknown as grpc.MethodDefinition<
    RequestOf<Service[K]>,
    ResponseOf<Service[K]>
  >;
  return new Promise((resolve, reject) => {
    client.makeUnaryRequest(path, requestSerialize, responseDeserialize, request, (error, response) =>
      error ? reject(error) : resolve(response as ResponseOf<Service[K]>),
    );
  });
}
