import type { ServiceSpec } from '../spec/service.ts';
import type { RenderContext } from './runtime.ts';

/** Labels that this program owns; a service cannot set one. */
export const ownLabels = 'containerhost.';

/** All labels of an instance's container, ours last, in a fixed order. */
export function containerLabels(spec: ServiceSpec, context: RenderContext): [string, string][] {
  return [
    ...sortedEntries(spec.labels),
    [`${ownLabels}stack`, context.stack],
    [`${ownLabels}service`, spec.name],
    [`${ownLabels}instance`, context.instance],
    [`${ownLabels}digest`, context.digest],
  ];
}

/** Entries by key, so that the same spec always renders to the same text. */
export function sortedEntries<T>(record: Record<string, T>): [string, T][] {
  return Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1));
}
