import type { CheckFailure, Operation } from '../../provider/rpc/resourceProvider.ts';
import type { Props } from '../../provider/rpc/value.ts';
import type { Replacing } from './diff.ts';
import type { Rule } from './rules.ts';
import type { PlainProps, Store, Stored } from './store.ts';

/** A resource on its way into the cloud. */
export interface Draft {
  /** the resource's name in the program */
  name: string;
  inputs: PlainProps;
  cloud: Cloud;
  operation: Pick<Operation, 'log' | 'signal' | 'urn'>;
}

/** What the kinds of a cloud share. */
export interface Cloud {
  store: Store;
  /** the provider's configuration: project, region, zone… */
  config: PlainProps;
}

/** What creating or changing a resource brings about. */
export interface Effect {
  /** computed properties; they take precedence over inputs of the same name */
  outputs?: PlainProps;
  hidden?: PlainProps;
}

/** How a type of resource behaves, beyond what its table says. Every function has a default that does nothing. */
export interface Kind {
  /** inputs that the provider's configuration supplies when they are left out */
  configured?: string[];
  replaces?: Replacing;
  /** inputs that name other resources: these must exist, and cannot be deleted meanwhile */
  references?: Record<string, string>;
  /** what the provider refuses, beyond the table */
  rules?: readonly Rule[];
  /** what else is wrong with the inputs, where no rule can say it; they may have unknowns */
  check?(inputs: Props): CheckFailure[];
  /** its identity; one that exists already is a conflict */
  id(draft: Draft): string;
  create?(draft: Draft, id: string): Promise<Effect> | Effect;
  /** whether it is still there, and its present outputs */
  read?(stored: Stored, cloud: Cloud): Promise<PlainProps | undefined> | PlainProps | undefined;
  update?(draft: Draft, stored: Stored): Promise<Effect> | Effect;
  delete?(stored: Stored, draft: Draft): Promise<void> | void;
  /** computed properties inside of inputs: unknown in the preview of a create */
  preview?(inputs: Props): Props;
}

/** A value of the inputs as a string, or undefined. */
export function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

/** A list of objects of the inputs. */
export function objects(value: unknown): PlainProps[] {
  return Array.isArray(value) ? (value as PlainProps[]) : [];
}
