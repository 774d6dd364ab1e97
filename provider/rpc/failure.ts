import * as grpc from '@grpc/grpc-js';
import pb from '@pulumi/pulumi/proto/provider_pb.js';
import statusPb from '@pulumi/pulumi/proto/status_pb.js';
import anyPb from 'google-protobuf/google/protobuf/any_pb.js';
import { ProviderError } from './resourceProvider.ts';
import { marshal } from './value.ts';

/** A thrown error in the form that the engine reads: its message, and the resource left half-made, if any. */
export function toServiceError(error: unknown): Partial<grpc.ServiceError> {
  const message = error instanceof Error ? error.message : String(error);
  const metadata = new grpc.Metadata();
  if (error instanceof ProviderError && error.partial) {
    const { id, properties, inputs, reasons } = error.partial;
    const detail = new pb.ErrorResourceInitFailed()
      .setId(id)
      .setProperties(marshal(properties))
      .setReasonsList(reasons ?? [message]);
    if (inputs) detail.setInputs(marshal(inputs));
    const any = new anyPb.Any();
    any.pack(detail.serializeBinary(), 'pulumirpc.ErrorResourceInitFailed');
    const status = new statusPb.Status().setCode(grpc.status.UNKNOWN).setMessage(message);
    status.addDetails(any); // returns what it added, whatever its type says
    // Structured errors travel in this header; the Go implementation reads it by itself.
    metadata.add('grpc-status-details-bin', Buffer.from(status.serializeBinary()));
  }
  return { code: grpc.status.UNKNOWN, details: message, metadata };
}
