import type { Props } from './value.ts';

/** What every operation on a resource is told. */
export interface Operation {
  urn: string;
  /** the resource's logical name */
  name: string;
  /** 0: the engine sets no limit */
  timeoutSeconds: number;
  /** aborts when the operator cancels or the engine goes away */
  signal: AbortSignal;
  /** shows a message at this resource */
  log: (severity: Severity, message: string, options?: LogOptions) => void;
}

export type Severity = 'debug' | 'info' | 'warning' | 'error';

export interface LogOptions {
  /** shown in the progress display only, and replaced by the next message */
  ephemeral?: boolean;
}

export interface CheckRequest extends Operation {
  /** undefined when the resource is new (or had no inputs) */
  olds: Props | undefined;
  news: Props;
  /** the same for one operation: what random names are drawn from, so that a preview shows none twice */
  randomSeed: Uint8Array;
}

export interface CheckFailure {
  /** path of the property, empty for the resource as a whole */
  property: string;
  reason: string;
}

export interface CheckResult {
  inputs: Props;
  failures: CheckFailure[];
}

export interface DiffRequest extends Operation {
  id: string;
  oldInputs: Props;
  /** the state: what create, update or read returned */
  olds: Props;
  news: Props;
  ignoreChanges: string[];
}

export type DiffKind = 'ADD' | 'ADD_REPLACE' | 'DELETE' | 'DELETE_REPLACE' | 'UPDATE' | 'UPDATE_REPLACE';

export interface PropertyDiff {
  kind: DiffKind;
  /** the old value is that of the inputs, not of the state */
  inputDiff: boolean;
}

export interface DiffResult {
  changes: boolean;
  /** properties that force the resource to be replaced */
  replaces: string[];
  deleteBeforeReplace: boolean;
  /** by property path; what the engine prints */
  detailedDiff?: Record<string, PropertyDiff>;
}

export interface CreateRequest extends Operation {
  inputs: Props;
}

export interface CreateResult {
  id: string;
  properties: Props;
}

export interface ReadRequest extends Operation {
  id: string;
  /** empty when a resource is imported */
  inputs: Props;
  properties: Props;
}

export interface ReadResult {
  /** empty: the resource is proven to be gone */
  id: string;
  inputs: Props;
  properties: Props;
}

export interface UpdateRequest extends Operation {
  id: string;
  oldInputs: Props;
  olds: Props;
  news: Props;
}

export interface PreviewRequest extends Operation {
  /** undefined: a create */
  id: string | undefined;
  olds: Props;
  /** may have unknowns */
  news: Props;
}

export interface DeleteRequest extends Operation {
  id: string;
  oldInputs: Props;
  properties: Props;
}

/** A resource provider; `type` is the resource's token, such as `containerhost:index:Instance`. */
export interface ResourceProvider {
  name: string;
  version: string;
  /** Validates the provider's own configuration; by default everything is accepted. */
  checkConfig?(req: CheckRequest): CheckResult | Promise<CheckResult>;
  configure?(variables: Record<string, string>, args: Props): void | Promise<void>;
  check(type: string, req: CheckRequest): CheckResult | Promise<CheckResult>;
  diff(type: string, req: DiffRequest): DiffResult | Promise<DiffResult>;
  /**
   * The properties as far as they are known before a create or update, which are never called in a preview.
   * What is left out is unknown to the program. By default: the inputs.
   */
  preview?(type: string, req: PreviewRequest): Props | Promise<Props>;
  create(type: string, req: CreateRequest): Promise<CreateResult>;
  read(type: string, req: ReadRequest): Promise<ReadResult>;
  update(type: string, req: UpdateRequest): Promise<{ properties: Props }>;
  delete(type: string, req: DeleteRequest): Promise<void>;
  /** A function of the provider; without it every function is refused. */
  invoke?(token: string, args: Props, operation: InvokeOperation): Promise<Props>;
  /** Called after the signals of the operations under way were aborted. */
  cancel?(): void;
}

/** What a provider does to resources. */
export type ResourceOperations = Pick<
  ResourceProvider,
  'check' | 'diff' | 'preview' | 'create' | 'read' | 'update' | 'delete'
>;

export type InvokeOperation = Pick<Operation, 'signal' | 'log'>;

/** What an operation left behind although it failed. */
export interface PartialState {
  id: string;
  properties: Props;
  inputs?: Props;
  /** default: the error's message */
  reasons?: string[];
}

/**
 * A failure of an operation. With `partial` the engine keeps the resource in its state (as failed to
 * initialize); without, it has not been created, or is as it was.
 */
export class ProviderError extends Error {
  readonly partial: PartialState | undefined;

  constructor(message: string, partial?: PartialState) {
    super(message);
    this.name = 'ProviderError';
    this.partial = partial;
  }
}
