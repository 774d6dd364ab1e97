import { closest } from 'fastest-levenshtein';
import type { CheckFailure } from '../../provider/rpc/resourceProvider.ts';
import { type PropertyValue, type Props, Secret, Unknown } from '../../provider/rpc/value.ts';
import { listElement, mapElement, type Properties, type Property, type Schema } from './schema.ts';

/**
 * Everything that the published types refuse in these inputs: unknown names, missing ones, wrong types,
 * values that are not in the list. What is unknown in a preview is taken for right.
 */
export function validate(schema: Schema, properties: Properties, values: Props, path = ''): CheckFailure[] {
  const failures: CheckFailure[] = [];
  const at = (name: string) => (path === '' ? name : `${path}.${name}`);
  for (const [name, value] of Object.entries(values)) {
    const property = properties[name];
    if (property) failures.push(...validateValue(schema, property, value, at(name)));
    else failures.push({ property: at(name), reason: `no such property${hint(name, properties)}` });
  }
  for (const [name, property] of Object.entries(properties)) {
    const value = values[name];
    if (property.required && (value === undefined || value === null)) {
      failures.push({ property: at(name), reason: `missing; expected ${property.type}` });
    }
  }
  return failures;
}

function hint(name: string, properties: Properties): string {
  const nearest = closest(name, Object.keys(properties));
  return nearest ? `; did you mean '${nearest}'?` : '';
}

function validateValue(
  schema: Schema,
  property: Property,
  value: PropertyValue,
  path: string,
): CheckFailure[] {
  const { type, values } = property;
  if (value instanceof Secret) {
    const failures = validateValue(schema, property, value.value, path);
    return failures.length === 0 ? [] : [{ property: path, reason: `found a secret that is no ${type}` }];
  }
  if (value === Unknown || value === null || type === 'any') return [];
  const wrong = (found: string) => [{ property: path, reason: `found ${found}, expected ${type}` }];

  const element = listElement(type);
  if (element !== undefined) {
    if (!Array.isArray(value)) return wrong(describe(value));
    return value.flatMap((entry, index) =>
      validateValue(schema, { type: element }, entry, `${path}[${index}]`),
    );
  }
  if (['string', 'number', 'boolean'].includes(type)) {
    if (typeof value !== type) return wrong(describe(value));
    if (values && !values.includes(value as string)) {
      return [{ property: path, reason: `found ${describe(value)}, expected one of ${values.join(', ')}` }];
    }
    return [];
  }
  if (typeof value !== 'object' || Array.isArray(value)) return wrong(describe(value));
  const entries = mapElement(type);
  if (entries !== undefined) {
    return Object.entries(value).flatMap(([key, entry]) =>
      validateValue(schema, { type: entries }, entry, `${path}.${key}`),
    );
  }
  const nested = schema.types[type];
  if (!nested) throw new Error(`the table of ${schema.package} has no type '${type}'`);
  return validate(schema, nested, value, path);
}

function describe(value: PropertyValue): string {
  if (typeof value === 'string') return `'${value}'`;
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'object' ? 'an object' : String(value);
}

/**
 * Failures as the engine is to print them. It prints the value of the property that a failure names, also
 * where that is secret: so the resource as a whole fails, and the reason says where.
 */
export function asReasons(failures: CheckFailure[]): CheckFailure[] {
  return failures.map(({ property, reason }) => ({ property: '', reason: `${property}: ${reason}` }));
}

/** @throws with all failures of a function's arguments */
export function requireValid(token: string, failures: CheckFailure[]): void {
  if (failures.length === 0) return;
  throw new Error(failures.map(({ property, reason }) => `${token}: ${property}: ${reason}`).join('\n'));
}
