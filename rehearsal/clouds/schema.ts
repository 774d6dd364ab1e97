/**
 * What a provider's published typings say about its resources, written by `types/generate.ts` into
 * `types/<provider>.json`. A simulated cloud accepts and refuses by these tables.
 */
export interface Schema {
  package: string;
  version: string;
  /** the provider's own configuration */
  config: Properties;
  /** by type token */
  resources: Record<string, ResourceSchema>;
  /** by function token */
  functions: Record<string, ResourceSchema>;
  /** nested objects, by the name that a property's `type` refers to */
  types: Record<string, Properties>;
}

export interface ResourceSchema {
  inputs: Properties;
  /** what is readable and cannot be given */
  outputs: string[];
}

export type Properties = Record<string, Property>;

export interface Property {
  /** `string`, `number`, `boolean`, `any`, a nested object's name, `[T]` for a list, `{T}` for a map */
  type: string;
  required?: boolean;
  /** the only values allowed, where the documentation lists them */
  values?: string[];
  /** the documentation says that a change makes a new resource */
  replaces?: boolean;
}

/** `T` of `[T]`, or undefined. */
export function listElement(type: string): string | undefined {
  return type.startsWith('[') ? type.slice(1, -1) : undefined;
}

/** `T` of `{T}`, or undefined. */
export function mapElement(type: string): string | undefined {
  return type.startsWith('{') ? type.slice(1, -1) : undefined;
}
