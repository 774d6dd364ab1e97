import * as grpc from '@grpc/grpc-js';
import engineGrpc from '@pulumi/pulumi/proto/engine_grpc_pb.js';
import enginePb from '@pulumi/pulumi/proto/engine_pb.js';
import type { LogOptions, Severity } from './resourceProvider.ts';

const severities = {
  debug: enginePb.LogSeverity.DEBUG,
  info: enginePb.LogSeverity.INFO,
  warning: enginePb.LogSeverity.WARNING,
  error: enginePb.LogSeverity.ERROR,
};

/** The engine's end of the line: where messages to the operator go. */
export class Engine {
  #client: InstanceType<typeof engineGrpc.EngineClient> | undefined;
  #address: string | undefined;

  /** Talks to the engine at this address from now on; one provider may serve many engines in turn. */
  attach(address: string): void {
    if (address === this.#address) return;
    this.#address = address;
    this.#client?.close();
    this.#client = new engineGrpc.EngineClient(address, grpc.credentials.createInsecure());
  }

  /** Shows a message, at the resource where `urn` is not empty. An engine that is gone hears nothing. */
  log(urn: string, severity: Severity, message: string, options: LogOptions = {}): void {
    const request = new enginePb.LogRequest();
    request.setUrn(urn);
    request.setSeverity(severities[severity]);
    request.setMessage(message);
    request.setEphemeral(options.ephemeral ?? false);
    this.#client?.log(request, () => {});
  }

  close(): void {
    this.#client?.close();
  }
}
