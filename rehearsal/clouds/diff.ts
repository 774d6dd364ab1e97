import type { DiffKind, DiffResult, PropertyDiff } from '../../provider/rpc/resourceProvider.ts';
import {
  hasUnknown,
  isObject,
  type PropertyValue,
  type Props,
  reveal,
  Secret,
} from '../../provider/rpc/value.ts';
import { listElement, type Properties, type Schema } from './schema.ts';

/**
 * Properties whose change makes a new resource, by path without indices (`bootDisk.initializeParams.image`),
 * each with everything below it. `networkInterfaces[]` means: an element more or less. A function decides
 * by the two values, where it depends.
 */
export type Replacing = Record<string, true | ((old: PropertyValue, now: PropertyValue) => boolean)>;

/** What changed between two sets of inputs, and whether that makes a new resource. */
export function diffInputs(
  schema: Schema,
  properties: Properties,
  replacing: Replacing,
  olds: Props,
  news: Props,
): Pick<DiffResult, 'changes' | 'replaces'> & { detailedDiff: Record<string, PropertyDiff> } {
  const detailedDiff: Record<string, PropertyDiff> = {};
  const replaces: string[] = [];
  const documented = replacingByDocumentation(schema, properties);

  const note = (path: string, old: PropertyValue | undefined, now: PropertyValue | undefined) => {
    const forced = isReplacing({ ...documented, ...replacing }, path, old ?? null, now ?? null);
    const kind = old === undefined ? 'ADD' : now === undefined ? 'DELETE' : 'UPDATE';
    detailedDiff[path] = { kind: (forced ? `${kind}_REPLACE` : kind) as DiffKind, inputDiff: true };
    if (forced) replaces.push(path);
  };

  const walk = (path: string, old: PropertyValue | undefined, now: PropertyValue | undefined): void => {
    const before = open(old);
    const after = open(now);
    if (same(before, after)) return;
    if (isObject(before) && isObject(after)) {
      for (const name of new Set([...Object.keys(before), ...Object.keys(after)])) {
        walk(path === '' ? name : `${path}.${name}`, before[name], after[name]);
      }
      return;
    }
    if (Array.isArray(before) && Array.isArray(after)) {
      for (let index = 0; index < Math.max(before.length, after.length); index += 1) {
        walk(`${path}[${index}]`, before[index], after[index]);
      }
      return;
    }
    note(path, before, after);
  };
  walk('', olds, news);
  return { changes: Object.keys(detailedDiff).length > 0, replaces, detailedDiff };
}

/** The paths of which the typings say so. */
function replacingByDocumentation(schema: Schema, properties: Properties, prefix = '', depth = 0): Replacing {
  const found: Replacing = {};
  for (const [name, property] of Object.entries(properties)) {
    const path = prefix + name;
    if (property.replaces) found[path] = true;
    const nested = schema.types[listElement(property.type) ?? property.type];
    // Types that refer to themselves do not occur deeper than this.
    if (nested && depth < 6)
      Object.assign(found, replacingByDocumentation(schema, nested, `${path}.`, depth + 1));
  }
  return found;
}

function isReplacing(replacing: Replacing, path: string, old: PropertyValue, now: PropertyValue): boolean {
  const plain = path.replace(/\[\d+\]/g, '');
  return Object.entries(replacing).some(([rule, forced]) => {
    const matches = rule.endsWith('[]')
      ? new RegExp(`^${rule.slice(0, -2).replaceAll('.', '\\.')}\\[\\d+\\]$`).test(path)
      : plain === rule || plain.startsWith(`${rule}.`);
    return matches && (forced === true || forced(old, now));
  });
}

function open(value: PropertyValue | undefined): PropertyValue | undefined {
  if (value === null) return undefined;
  return value instanceof Secret ? open(value.value) : value;
}

/** An unknown may be anything: it differs from everything. */
function same(a: PropertyValue | undefined, b: PropertyValue | undefined): boolean {
  if (a === undefined || b === undefined) return a === b;
  if (hasUnknown(a) || hasUnknown(b)) return false;
  return canonical(reveal(a)) === canonical(reveal(b));
}

function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, entry) =>
    entry && typeof entry === 'object' && !Array.isArray(entry)
      ? Object.fromEntries(
          Object.entries(entry)
            .filter(([, item]) => item !== null)
            .sort(([a], [b]) => (a < b ? -1 : 1)),
        )
      : entry,
  );
}
