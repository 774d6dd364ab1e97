import * as grpc from '@grpc/grpc-js';
import providerGrpc from '@pulumi/pulumi/proto/provider_grpc_pb.js';
import { Engine } from './engine.ts';
import type { LogOptions, ResourceProvider, Severity } from './resourceProvider.ts';
import { service } from './service.ts';

export * from './resourceProvider.ts';
export * from './value.ts';

export interface ServeOptions {
  /** default 127.0.0.1; there is no authentication: keep it on the loopback */
  host?: string;
  /** default 0: any free port */
  port?: number;
  /** where the engine listens, when known from the start; else it says so itself (`Attach`) */
  engineAddress?: string;
}

export interface Served {
  port: number;
  /** shows a message to the operator, at a resource where `urn` is not empty */
  log(urn: string, severity: Severity, message: string, options?: LogOptions): void;
  /** aborts what is under way and stops serving */
  close(): Promise<void>;
  /** stops serving once every client that shook hands has cancelled and was answered */
  finish(): Promise<void>;
}

// As Pulumi's own: messages carry whole property maps.
const maxMessageBytes = 400 * 1024 * 1024;

/** Serves a provider over Pulumi's gRPC protocol. */
export async function serve(provider: ResourceProvider, options: ServeOptions = {}): Promise<Served> {
  const engine = new Engine();
  if (options.engineAddress) engine.attach(options.engineAddress);

  const server = new grpc.Server({ 'grpc.max_receive_message_length': maxMessageBytes });
  const { implementation, cancel, released } = service(provider, engine);
  server.addService(providerGrpc.ResourceProviderService, implementation);

  const port = await new Promise<number>((resolve, reject) => {
    const address = `${options.host ?? '127.0.0.1'}:${options.port ?? 0}`;
    server.bindAsync(address, grpc.ServerCredentials.createInsecure(), (error, bound) =>
      error
        ? reject(new Error(`cannot serve provider '${provider.name}': ${error.message}`))
        : resolve(bound),
    );
  });

  return {
    port,
    log: (urn, severity, message, logOptions) => engine.log(urn, severity, message, logOptions),
    close: async () => {
      cancel();
      server.forceShutdown();
      engine.close();
    },
    finish: async () => {
      await released();
      await new Promise((resolve) => server.tryShutdown(resolve));
    },
  };
}
