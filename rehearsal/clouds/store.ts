import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Plain } from '../../provider/rpc/value.ts';

export type PlainProps = Record<string, Plain>;

/** A resource as the cloud has it. */
export interface Stored {
  type: string;
  id: string;
  inputs: PlainProps;
  outputs: PlainProps;
  /** what the cloud knows and tells nobody */
  hidden: PlainProps;
}

/**
 * What is in a cloud: a file, read anew each time, so that a resource can be deleted or changed behind
 * Pulumi's back by editing it, and another process sees the same cloud.
 */
export class Store {
  readonly #file: string;

  constructor(file: string) {
    this.#file = file;
    mkdirSync(dirname(file), { recursive: true });
  }

  list(type?: string): Stored[] {
    const all = existsSync(this.#file) ? (JSON.parse(readFileSync(this.#file, 'utf8')) as Stored[]) : [];
    return type === undefined ? all : all.filter((stored) => stored.type === type);
  }

  get(type: string, id: string): Stored | undefined {
    return this.list(type).find((stored) => stored.id === id);
  }

  put(resource: Stored): void {
    this.#write([...this.#without(resource.type, resource.id), resource]);
  }

  delete(type: string, id: string): void {
    this.#write(this.#without(type, id));
  }

  #without(type: string, id: string): Stored[] {
    return this.list().filter((stored) => stored.type !== type || stored.id !== id);
  }

  /** Never half a file; and nobody else's business: it has secrets in it. */
  #write(resources: Stored[]): void {
    const next = `${this.#file}.next`;
    writeFileSync(next, `${JSON.stringify(resources, null, 2)}\n`, { mode: 0o600 });
    renameSync(next, this.#file);
  }
}

/** The value, if it is an object with named entries; else none. */
export function objectOf(value: unknown): PlainProps {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as PlainProps) : {};
}
