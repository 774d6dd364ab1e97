import type { Hosts } from './hosts.ts';
import type {
  CheckRequest,
  CheckResult,
  CreateRequest,
  CreateResult,
  DeleteRequest,
  DiffRequest,
  DiffResult,
  PreviewRequest,
  ReadRequest,
  ReadResult,
  UpdateRequest,
} from './rpc/resourceProvider.ts';
import type { Props } from './rpc/value.ts';

/** What the provider does for one type of resource, on the hosts of this run. */
export interface Resource {
  /** the inputs as they were applied last, whatever a refresh has found since; where a preview says what differs */
  applied?(req: DiffRequest): Props;
  /** how an update comes about, in a sentence for whoever fears it */
  outcome?(news: Props): string;
  check(req: CheckRequest): CheckResult;
  diff(req: DiffRequest): DiffResult;
  /** what a program gets to know before; absent where it gets to know nothing */
  preview?(req: PreviewRequest, hosts: Hosts): Promise<Props>;
  create(req: CreateRequest, hosts: Hosts): Promise<CreateResult>;
  read(req: ReadRequest, hosts: Hosts): Promise<ReadResult>;
  /** absent where every change is a replacement */
  update?(req: UpdateRequest, hosts: Hosts): Promise<{ properties: Props }>;
  delete(req: DeleteRequest, hosts: Hosts): Promise<void>;
}

/**
 * What the state keeps beside the inputs, where a refresh wrote what it found over them: what was applied. Inputs are
 * not repeated among the outputs, since the engine logs and hands on all of them a dozen times in a preview.
 */
export function kept(drifted: boolean, applied: Props): Props {
  return drifted ? applied : {};
}

/** What read says of something that is proven not to be there. */
export const gone: ReadResult = { id: '', inputs: {}, properties: {} };
