import type { Kind } from './kind.ts';
import type { PlainProps, Store, Stored } from './store.ts';

/**
 * The resource that an input names: by id, by URL, by name or by e-mail, as the clouds take them.
 *
 * @throws when there is none, as the cloud would say after the fact
 */
export function resolve(store: Store, type: string, reference: string): Stored {
  const found = store.list(type).find((stored) => isNamed(stored, reference));
  if (!found) throw new Error(`there is no ${type} '${reference}' in the simulated cloud`);
  return found;
}

/** Throws when one of the references leads nowhere. */
export function requireReferences(kind: Kind, inputs: PlainProps, store: Store): void {
  for (const [path, type] of Object.entries(kind.references ?? {})) {
    for (const reference of valuesAt(inputs, path.split('.'))) resolve(store, type, reference);
  }
}

/** Resources that name this one. */
export function users(kinds: Record<string, Kind>, store: Store, resource: Stored): Stored[] {
  return store
    .list()
    .filter((other) =>
      Object.entries(kinds[other.type]?.references ?? {}).some(
        ([path, type]) =>
          type === resource.type &&
          valuesAt(other.inputs, path.split('.')).some((name) => isNamed(resource, name)),
      ),
    );
}

function isNamed({ id, inputs, outputs }: Stored, reference: string): boolean {
  const named = [inputs.name, inputs.accountId, inputs.repositoryId, inputs.secretId];
  const names = [id, ...named, outputs.email, outputs.selfLink, outputs.name];
  return names.includes(reference) || reference.endsWith(`/${id}`);
}

/** The strings at a path that goes through lists. */
function valuesAt(value: unknown, path: string[]): string[] {
  if (Array.isArray(value)) return value.flatMap((element) => valuesAt(element, path));
  const [name, ...rest] = path;
  if (name === undefined) return typeof value === 'string' ? [value] : [];
  if (typeof value !== 'object' || value === null) return [];
  return valuesAt((value as PlainProps)[name], rest);
}
