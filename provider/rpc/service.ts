import type * as grpc from '@grpc/grpc-js';
import pluginPb from '@pulumi/pulumi/proto/plugin_pb.js';
import pb from '@pulumi/pulumi/proto/provider_pb.js';
import emptyPb from 'google-protobuf/google/protobuf/empty_pb.js';
import type { Engine } from './engine.ts';
import { toServiceError } from './failure.ts';
import type {
  CheckRequest,
  CheckResult,
  DiffResult,
  InvokeOperation,
  Operation,
  PropertyDiff,
  ResourceProvider,
} from './resourceProvider.ts';
import { hasUnknown, marshal, type Props, unmarshal } from './value.ts';

export interface Service {
  implementation: grpc.UntypedServiceImplementation;
  /** aborts what is under way */
  cancel(): void;
  /** resolves once every client that shook hands has cancelled, as an engine does before it ends its plugin */
  released(): Promise<void>;
}

/** The provider as gRPC handlers. */
export function service(provider: ResourceProvider, engine: Engine): Service {
  // What is under way. A provider that outlives its engine serves the next one.
  const calls = new Set<AbortController>();
  const cancel = () => {
    for (const each of calls) each.abort(new Error('cancelled'));
    provider.cancel?.();
  };

  // An engine may have two clients here (announcement.ts), and ends one after the other. Each cancels before it is ended,
  // and one that nobody answers is told of as broken.
  let clients = 0;
  let released = () => {};

  /** A handler: answers, or fails with what the engine understands. */
  function handle<Req, Res>(
    answer: (req: Req, signal: AbortSignal) => Res | Promise<Res>,
  ): grpc.handleUnaryCall<Req, Res> {
    return async (call, callback) => {
      const controller = new AbortController();
      call.on('cancelled', () => controller.abort(new Error('the engine has gone away')));
      calls.add(controller);
      try {
        callback(null, await answer(call.request, controller.signal));
      } catch (error) {
        callback(toServiceError(error));
      } finally {
        calls.delete(controller);
      }
    };
  }

  function operation(req: { getUrn(): string; getTimeout?(): number }, signal: AbortSignal): Operation {
    const urn = req.getUrn();
    return {
      urn,
      name: nameOf(urn),
      timeoutSeconds: req.getTimeout?.() ?? 0,
      signal,
      log: (severity, message, options) => engine.log(urn, severity, message, options),
    };
  }

  function checkRequest(req: pb.CheckRequest, signal: AbortSignal): CheckRequest {
    const olds = unmarshal(req.getOlds());
    return {
      ...operation(req, signal),
      olds: Object.keys(olds).length === 0 ? undefined : olds,
      news: unmarshal(req.getNews()),
      randomSeed: req.getRandomseed_asU8(),
    };
  }

  async function preview(req: pb.CreateRequest | pb.UpdateRequest, signal: AbortSignal): Promise<Props> {
    const update = req instanceof pb.UpdateRequest;
    const news = unmarshal(update ? req.getNews() : req.getProperties());
    if (!provider.preview) return news;
    return await provider.preview(typeOf(req.getUrn()), {
      ...operation(req, signal),
      id: update ? req.getId() : undefined,
      olds: update ? unmarshal(req.getOlds()) : {},
      news,
    });
  }

  const implementation = {
    handshake: handle((req: pb.ProviderHandshakeRequest) => {
      clients += 1;
      if (req.getEngineAddress()) engine.attach(req.getEngineAddress());
      return new pb.ProviderHandshakeResponse().setAcceptSecrets(true);
    }),

    attach: handle((req: pluginPb.PluginAttach) => {
      engine.attach(req.getAddress());
      return new emptyPb.Empty();
    }),

    getPluginInfo: handle(() => new pluginPb.PluginInfo().setVersion(provider.version)),

    checkConfig: handle(async (req: pb.CheckRequest, signal) => {
      const request = checkRequest(req, signal);
      return checkResponse((await provider.checkConfig?.(request)) ?? { inputs: request.news, failures: [] });
    }),

    // A provider's configuration says how to reach what it manages, never what that is: no replacement.
    diffConfig: handle(() => new pb.DiffResponse().setChanges(pb.DiffResponse.DiffChanges.DIFF_NONE)),

    configure: handle(async (req: pb.ConfigureRequest) => {
      await provider.configure?.(
        Object.fromEntries(req.getVariablesMap().toArray()),
        unmarshal(req.getArgs()),
      );
      return new pb.ConfigureResponse().setAcceptsecrets(true).setSupportspreview(true);
    }),

    check: handle(async (req: pb.CheckRequest, signal) =>
      checkResponse(await provider.check(typeOf(req.getUrn()), checkRequest(req, signal))),
    ),

    diff: handle(async (req: pb.DiffRequest, signal) =>
      diffResponse(
        await provider.diff(typeOf(req.getUrn()), {
          ...operation(req, signal),
          id: req.getId(),
          oldInputs: unmarshal(req.getOldInputs()),
          olds: unmarshal(req.getOlds()),
          news: unmarshal(req.getNews()),
          ignoreChanges: req.getIgnorechangesList(),
        }),
      ),
    ),

    create: handle(async (req: pb.CreateRequest, signal) => {
      if (req.getPreview()) {
        return new pb.CreateResponse().setProperties(marshal(await preview(req, signal)));
      }
      const inputs = unmarshal(req.getProperties());
      const { id, properties } = await provider.create(typeOf(req.getUrn()), {
        ...operation(req, signal),
        inputs,
      });
      return new pb.CreateResponse().setId(id).setProperties(marshal(known(properties)));
    }),

    read: handle(async (req: pb.ReadRequest, signal) => {
      const { id, inputs, properties } = await provider.read(typeOf(req.getUrn()), {
        ...operation(req, signal),
        id: req.getId(),
        inputs: unmarshal(req.getInputs()),
        properties: unmarshal(req.getProperties()),
      });
      return new pb.ReadResponse()
        .setId(id)
        .setInputs(marshal(known(inputs)))
        .setProperties(marshal(known(properties)));
    }),

    update: handle(async (req: pb.UpdateRequest, signal) => {
      if (req.getPreview()) {
        return new pb.UpdateResponse().setProperties(marshal(await preview(req, signal)));
      }
      const { properties } = await provider.update(typeOf(req.getUrn()), {
        ...operation(req, signal),
        id: req.getId(),
        oldInputs: unmarshal(req.getOldInputs()),
        olds: unmarshal(req.getOlds()),
        news: unmarshal(req.getNews()),
      });
      return new pb.UpdateResponse().setProperties(marshal(known(properties)));
    }),

    delete: handle(async (req: pb.DeleteRequest, signal) => {
      await provider.delete(typeOf(req.getUrn()), {
        ...operation(req, signal),
        id: req.getId(),
        oldInputs: unmarshal(req.getOldInputs()),
        properties: unmarshal(req.getProperties()),
      });
      return new emptyPb.Empty();
    }),

    invoke: handle(async (req: pb.InvokeRequest, signal) => {
      if (!provider.invoke) throw new Error(`provider '${provider.name}' has no function '${req.getTok()}'`);
      const invocation: InvokeOperation = {
        signal,
        log: (severity, message, options) => engine.log('', severity, message, options),
      };
      return new pb.InvokeResponse().setReturn(
        marshal(await provider.invoke(req.getTok(), unmarshal(req.getArgs()), invocation)),
      );
    }),

    cancel: handle(() => {
      cancel();
      clients -= 1;
      if (clients <= 0) released();
      return new emptyPb.Empty();
    }),
  };

  return {
    implementation,
    cancel,
    released: async () => {
      if (clients <= 0) return;
      await new Promise<void>((resolve) => {
        released = resolve;
      });
    },
  };
}

/** `containerhost:index:Instance` of `urn:pulumi:dev::cortex::parent:T$containerhost:index:Instance::admin`. */
function typeOf(urn: string): string {
  const qualified = urn.split('::')[2];
  const type = qualified?.split('$').at(-1);
  if (!type) throw new Error(`not a resource's URN: '${urn}'`);
  return type;
}

/** The name may have `::` in it. */
function nameOf(urn: string): string {
  return urn.split('::').slice(3).join('::');
}

/** What is in the state is known; an unknown in it is a mistake of the provider. */
function known(properties: Props): Props {
  const unknown = Object.keys(properties).filter((name) => hasUnknown(properties[name]));
  if (unknown.length > 0) throw new Error(`the provider left properties unknown: ${unknown.join(', ')}`);
  return properties;
}

function checkResponse({ inputs, failures }: CheckResult): pb.CheckResponse {
  return new pb.CheckResponse()
    .setInputs(marshal(inputs))
    .setFailuresList(
      failures.map(({ property, reason }) => new pb.CheckFailure().setProperty(property).setReason(reason)),
    );
}

function diffResponse({ changes, replaces, deleteBeforeReplace, detailedDiff }: DiffResult): pb.DiffResponse {
  const { DIFF_NONE, DIFF_SOME } = pb.DiffResponse.DiffChanges;
  const response = new pb.DiffResponse()
    .setChanges(changes ? DIFF_SOME : DIFF_NONE)
    .setReplacesList(replaces)
    .setDeletebeforereplace(deleteBeforeReplace);
  if (detailedDiff) {
    response.setHasdetaileddiff(true);
    response.setDiffsList([...new Set(Object.keys(detailedDiff).map(topLevel))]);
    for (const [path, diff] of Object.entries(detailedDiff)) {
      response.getDetaileddiffMap().set(path, propertyDiff(diff));
    }
  }
  return response;
}

function propertyDiff({ kind, inputDiff }: PropertyDiff): pb.PropertyDiff {
  return new pb.PropertyDiff().setKind(pb.PropertyDiff.Kind[kind]).setInputdiff(inputDiff);
}

/** `spec` of `spec.mounts[0].target`. */
function topLevel(path: string): string {
  return path.replace(/[.[].*$/s, '');
}
