import * as grpc from '@grpc/grpc-js';
import { afterEach, describe, expect, test } from '@jest/globals';
import engineGrpc from '@pulumi/pulumi/proto/engine_grpc_pb.js';
import type { LogRequest } from '@pulumi/pulumi/proto/engine_pb.js';
import pluginPb from '@pulumi/pulumi/proto/plugin_pb.js';
import pb from '@pulumi/pulumi/proto/provider_pb.js';
import statusPb from '@pulumi/pulumi/proto/status_pb.js';
import emptyPb from 'google-protobuf/google/protobuf/empty_pb.js';
import {
  marshal,
  type Props,
  ProviderError,
  type ResourceProvider,
  Secret,
  Unknown,
  unmarshal,
} from '../../../provider/rpc/serve.ts';
import { type Client, call, connect, fakeProvider } from './client.ts';

const type = 'fake:index:Thing';
const urn = `urn:pulumi:dev::cortex::my:parent:Type$${type}::a::b`;

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup();
});

async function clientOf(overrides: Partial<ResourceProvider>): Promise<Client> {
  const { client, close } = await connect(fakeProvider(overrides));
  cleanups.push(close);
  return client;
}

async function errorOf(promise: Promise<unknown>): Promise<grpc.ServiceError> {
  return await promise.then(
    () => {
      throw new Error('expected a failure');
    },
    (error) => error,
  );
}

describe('what the engine is told', () => {
  test('secrets are understood, previews are answered; outputs and references arrive as plain values', async () => {
    const client = await clientOf({});
    const handshake = await call(client, 'handshake', new pb.ProviderHandshakeRequest());
    expect(handshake.toObject()).toMatchObject({
      acceptSecrets: true,
      acceptOutputs: false,
      acceptResources: false,
    });
    const configured = await call(client, 'configure', new pb.ConfigureRequest());
    expect(configured.toObject()).toMatchObject({ acceptsecrets: true, supportspreview: true });
    const info = await call(client, 'getPluginInfo', new emptyPb.Empty());
    expect(info.getVersion()).toBe('1.2.3');
  });

  test('configuration reaches the provider', async () => {
    let seen: unknown;
    const client = await clientOf({
      configure: (variables, args) => {
        seen = { variables, args };
      },
    });
    const request = new pb.ConfigureRequest().setArgs(marshal({ token: new Secret('t') }));
    request.getVariablesMap().set('fake:config:token', 't');
    await call(client, 'configure', request);
    expect(seen).toEqual({ variables: { 'fake:config:token': 't' }, args: { token: new Secret('t') } });
  });

  test('what is not implemented is said to be so', async () => {
    const client = await clientOf({});
    expect((await errorOf(call(client, 'getSchema', new pb.GetSchemaRequest()))).code).toBe(
      grpc.status.UNIMPLEMENTED,
    );
    const error = await errorOf(call(client, 'invoke', new pb.InvokeRequest().setTok('fake:index:f')));
    expect(error.details).toBe("provider 'fake' has no function 'fake:index:f'");
  });
});

describe('check', () => {
  test('passes type, name, seed and values on, and the failures back', async () => {
    let seen: unknown;
    const client = await clientOf({
      check: (token, { olds, news, name, randomSeed }) => {
        seen = { token, olds, news, name, randomSeed: [...randomSeed] };
        return { inputs: { ...news, size: 1 }, failures: [{ property: 'size', reason: 'too small' }] };
      },
    });
    const request = new pb.CheckRequest().setUrn(urn).setRandomseed(new Uint8Array([1, 2]));
    request.setNews(marshal({ token: new Secret('t'), id: Unknown }));
    const response = await call(client, 'check', request);
    expect(seen).toEqual({
      token: type,
      olds: undefined,
      news: { token: new Secret('t'), id: Unknown },
      name: 'a::b',
      randomSeed: [1, 2],
    });
    expect(unmarshal(response.getInputs())).toEqual({ token: new Secret('t'), id: Unknown, size: 1 });
    expect(response.toObject().failuresList).toEqual([{ property: 'size', reason: 'too small' }]);
  });
});

describe('diff', () => {
  test('a detailed diff names its properties', async () => {
    const client = await clientOf({
      diff: (_type, { oldInputs, olds, news }) => ({
        changes: oldInputs.a !== news.a && olds.b === 2,
        replaces: ['a'],
        deleteBeforeReplace: true,
        detailedDiff: {
          'a.b[0]': { kind: 'UPDATE_REPLACE', inputDiff: true },
          'a.c': { kind: 'ADD', inputDiff: false },
        },
      }),
    });
    const request = new pb.DiffRequest().setUrn(urn).setId('1');
    request
      .setOldInputs(marshal({ a: 1 }))
      .setOlds(marshal({ b: 2 }))
      .setNews(marshal({ a: 3 }));
    const response = (await call(client, 'diff', request)).toObject();
    expect(response).toMatchObject({
      changes: pb.DiffResponse.DiffChanges.DIFF_SOME,
      replacesList: ['a'],
      diffsList: ['a'],
      deletebeforereplace: true,
      hasdetaileddiff: true,
    });
    expect(response.detaileddiffMap).toEqual([
      ['a.b[0]', { kind: pb.PropertyDiff.Kind.UPDATE_REPLACE, inputdiff: true }],
      ['a.c', { kind: pb.PropertyDiff.Kind.ADD, inputdiff: false }],
    ]);
  });

  test('no changes', async () => {
    const client = await clientOf({});
    const response = await call(client, 'diff', new pb.DiffRequest().setUrn(urn));
    expect(response.getChanges()).toBe(pb.DiffResponse.DiffChanges.DIFF_NONE);
    expect(response.getHasdetaileddiff()).toBe(false);
  });
});

describe('create and update', () => {
  const never = async (): Promise<never> => {
    throw new Error('called in a preview');
  };

  test('secrets go in and out wrapped', async () => {
    const client = await clientOf({
      create: async (_type, { inputs }) => ({ id: 'x', properties: { ...inputs, made: new Secret('m') } }),
    });
    const request = new pb.CreateRequest().setUrn(urn).setProperties(marshal({ token: new Secret('t') }));
    const response = await call(client, 'create', request);
    expect(response.getId()).toBe('x');
    expect(unmarshal(response.getProperties())).toEqual({ token: new Secret('t'), made: new Secret('m') });
  });

  test('the time-out is passed on', async () => {
    let seen = 0;
    const client = await clientOf({
      create: async (_type, { timeoutSeconds }) => {
        seen = timeoutSeconds;
        return { id: 'x', properties: {} };
      },
    });
    await call(client, 'create', new pb.CreateRequest().setUrn(urn).setTimeout(12.5));
    expect(seen).toBe(12.5);
  });

  test('a preview calls neither, and answers with the inputs', async () => {
    const client = await clientOf({ create: never, update: never });
    const inputs: Props = { a: 1, b: Unknown };
    const create = new pb.CreateRequest().setUrn(urn).setPreview(true).setProperties(marshal(inputs));
    expect(unmarshal((await call(client, 'create', create)).getProperties())).toEqual(inputs);
    const update = new pb.UpdateRequest().setUrn(urn).setPreview(true).setNews(marshal(inputs));
    expect(unmarshal((await call(client, 'update', update)).getProperties())).toEqual(inputs);
  });

  test('or with what the provider foresees', async () => {
    const client = await clientOf({
      create: never,
      update: never,
      preview: (_type, { id, olds, news }) => ({
        ...news,
        id: id ?? Unknown,
        stable: olds.stable ?? Unknown,
      }),
    });
    const create = new pb.CreateRequest().setUrn(urn).setPreview(true);
    expect(unmarshal((await call(client, 'create', create)).getProperties())).toEqual({
      id: Unknown,
      stable: Unknown,
    });
    const update = new pb.UpdateRequest().setUrn(urn).setPreview(true).setId('1');
    update.setOlds(marshal({ stable: 's' }));
    expect(unmarshal((await call(client, 'update', update)).getProperties())).toEqual({
      id: '1',
      stable: 's',
    });
  });

  test('an unknown never gets into the state', async () => {
    const client = await clientOf({ update: async () => ({ properties: { address: Unknown } }) });
    const error = await errorOf(call(client, 'update', new pb.UpdateRequest().setUrn(urn)));
    expect(error.details).toBe('the provider left properties unknown: address');
  });
});

describe('failures', () => {
  test('the message reaches the engine as it is', async () => {
    const client = await clientOf({
      delete: async () => {
        throw new Error("disk 'data' is full:\nno space left");
      },
    });
    const error = await errorOf(call(client, 'delete', new pb.DeleteRequest().setUrn(urn)));
    expect(error.details).toBe("disk 'data' is full:\nno space left");
    expect(error.metadata.get('grpc-status-details-bin')).toEqual([]);
  });

  test('what was left half-made is kept', async () => {
    const client = await clientOf({
      create: async () => {
        throw new ProviderError('not healthy', {
          id: 'x-1',
          properties: { token: new Secret('t') },
          inputs: { a: 1 },
        });
      },
    });
    const error = await errorOf(call(client, 'create', new pb.CreateRequest().setUrn(urn)));
    const header = error.metadata.get('grpc-status-details-bin')[0];
    const [detail] = statusPb.Status.deserializeBinary(new Uint8Array(header as Buffer)).getDetailsList();
    expect(detail?.getTypeName()).toBe('pulumirpc.ErrorResourceInitFailed');
    const failed = pb.ErrorResourceInitFailed.deserializeBinary(detail?.getValue_asU8() as Uint8Array);
    expect(failed.getId()).toBe('x-1');
    expect(failed.getReasonsList()).toEqual(['not healthy']);
    expect(unmarshal(failed.getProperties())).toEqual({ token: new Secret('t') });
    expect(unmarshal(failed.getInputs())).toEqual({ a: 1 });
  });
});

describe('cancel', () => {
  test('aborts what is under way, and what comes later is not aborted', async () => {
    const client = await clientOf({
      create: (_type, { signal, inputs }) =>
        inputs.wait
          ? new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
          : Promise.resolve({ id: String(signal.aborted), properties: {} }),
    });
    const waiting = errorOf(
      call(client, 'create', new pb.CreateRequest().setUrn(urn).setProperties(marshal({ wait: true }))),
    );
    // The server handles calls in their order.
    await call(client, 'getPluginInfo', new emptyPb.Empty());
    await call(client, 'cancel', new emptyPb.Empty());
    expect((await waiting).details).toBe('cancelled');
    const later = await call(client, 'create', new pb.CreateRequest().setUrn(urn));
    expect(later.getId()).toBe('false');
  });

  test('an engine that hangs up aborts its call', async () => {
    let abandoned: (reason: unknown) => void;
    const reason = new Promise((resolve) => {
      abandoned = resolve;
    });
    const client = await clientOf({
      create: (_type, { signal }) =>
        new Promise((_resolve, reject) => {
          signal.addEventListener('abort', () => {
            abandoned(signal.reason);
            reject(signal.reason);
          });
        }),
    });
    const underWay = client.create(new pb.CreateRequest().setUrn(urn), () => {});
    await call(client, 'getPluginInfo', new emptyPb.Empty());
    underWay.cancel();
    expect(String(await reason)).toContain('the engine has gone away');
  });
});

describe('messages to the operator', () => {
  async function fakeEngine(): Promise<{ address: string; logged: LogRequest.AsObject[] }> {
    const logged: LogRequest.AsObject[] = [];
    const server = new grpc.Server();
    const log: grpc.handleUnaryCall<LogRequest, emptyPb.Empty> = (request, callback) => {
      logged.push(request.request.toObject());
      callback(null, new emptyPb.Empty());
    };
    server.addService(engineGrpc.EngineService, { log });
    const port = await new Promise<number>((resolve, reject) => {
      server.bindAsync('127.0.0.1:0', grpc.ServerCredentials.createInsecure(), (error, bound) =>
        error ? reject(error) : resolve(bound),
      );
    });
    cleanups.push(() => server.forceShutdown());
    return { address: `127.0.0.1:${port}`, logged };
  }

  test('go to the engine that attached last, at the resource', async () => {
    const [first, second] = [await fakeEngine(), await fakeEngine()];
    const client = await clientOf({
      create: async (_type, { log }) => {
        log('warning', 'slow');
        log('info', 'step 1', { ephemeral: true });
        return { id: '1', properties: {} };
      },
    });
    for (const engine of [first, second]) {
      await call(client, 'attach', new pluginPb.PluginAttach().setAddress(engine.address));
    }
    await call(client, 'create', new pb.CreateRequest().setUrn(urn));
    while (second.logged.length < 2) await new Promise((resolve) => setTimeout(resolve, 5));
    expect(second.logged).toEqual([
      { urn, severity: 2, message: 'slow', streamid: 0, ephemeral: false },
      { urn, severity: 1, message: 'step 1', streamid: 0, ephemeral: true },
    ]);
    expect(first.logged).toEqual([]);
  });

  test('without an engine nobody hears', async () => {
    const { served, close } = await connect(fakeProvider());
    cleanups.push(close);
    served.log('', 'error', 'nobody');
  });
});
