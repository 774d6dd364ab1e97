import type { ErrorObject } from 'ajv';
import schema from './compose-spec.json' with { type: 'json' };
import { type Complaint, type Path, quote } from './problem.ts';
import validate from './schemaValidator.cjs';

/** What the Compose Specification's own schema objects to. */
export interface SchemaFault extends Complaint {
  path: Path;
}

/** every key that a service may have; Ajv counts those of a failed part as unknown */
const serviceKeys = new Set([
  ...Object.keys(schema.$defs.service.properties),
  ...Object.keys(schema.$defs.container_spec.properties),
  ...Object.keys(schema.$defs.workload_spec.properties),
]);

/** Validates a compose file as plain values. */
export function schemaFaults(value: unknown): SchemaFault[] {
  if (validate(value)) return [];
  const errors = (validate.errors ?? []).filter((error) => !isNoise(error));
  const kept = errors.filter((error) => !isOutdone(error, errors));
  const faults = new Map<string, SchemaFault>();
  for (const error of kept) {
    const fault = describe(error, kept, value);
    faults.set(JSON.stringify(fault.path) + fault.expected, fault);
  }
  return [...faults.values()];
}

/** follow-ups of another error that is in the list as well */
function isNoise({ keyword, params }: ErrorObject): boolean {
  if (keyword === 'allOf' || keyword === 'if') return true;
  return keyword === 'unevaluatedProperties' && serviceKeys.has(String(params.unevaluatedProperty));
}

/**
 * Of a choice (`oneOf`) only the alternative that the author meant is told: the one that got beyond the
 * value's type. Where none did, their types are told together (see `describe`).
 */
function isOutdone(error: ErrorObject, errors: ErrorObject[]): boolean {
  if (error.keyword !== 'type' && error.keyword !== 'oneOf') return false;
  const path = error.instancePath;
  return errors.some(
    (other) =>
      other.instancePath.startsWith(`${path}/`) ||
      (other.instancePath === path && other.keyword !== 'oneOf' && error.keyword === 'oneOf') ||
      (other.instancePath === path && other.keyword !== 'oneOf' && other.keyword !== 'type'),
  );
}

const typeNames: Record<string, string> = {
  object: 'a map',
  array: 'a list',
  string: 'a string',
  number: 'a number',
  integer: 'a whole number',
  boolean: 'true or false',
  null: 'nothing',
};

function describe(error: ErrorObject, errors: ErrorObject[], root: unknown): SchemaFault {
  const { path, value } = placeOf(error.instancePath, root);
  const params: Record<string, unknown> = error.params;
  const found = quote(value);
  switch (error.keyword) {
    case 'type': {
      const types = errors
        .filter((other) => other.instancePath === error.instancePath && other.keyword === 'type')
        .flatMap((other): string[] => [other.params.type].flat());
      const names = [...new Set(types)].map((type) => typeNames[type] ?? type);
      return { path, found, expected: names.join(', or '), fix: 'write it in one of these forms' };
    }
    case 'additionalProperties':
    case 'unevaluatedProperties': {
      const key = String(params.additionalProperty ?? params.unevaluatedProperty);
      return {
        path: [...path, key],
        found: quote((value as Record<string, unknown>)[key]),
        expected: `a key that the Compose Specification knows, which "${key}" is not`,
        fix: 'correct its spelling or where it stands; a note of your own begins with x-',
      };
    }
    case 'required':
      return { path, found, expected: `the key "${params.missingProperty}"`, fix: 'add it' };
    case 'enum':
      return {
        path,
        found,
        expected: `one of ${(params.allowedValues as unknown[]).map(quote).join(', ')}`,
        fix: 'choose one of these',
      };
    case 'uniqueItems':
      return { path, found, expected: 'no item twice', fix: 'delete the second one' };
    default:
      return {
        path,
        found,
        expected: `a value that ${error.message ?? error.keyword}`,
        fix: 'see the Compose Specification for this key',
      };
  }
}

/** A JSON pointer as a path, with an index where the value is a list, and what is there. */
function placeOf(pointer: string, root: unknown): { path: Path; value: unknown } {
  const path: (string | number)[] = [];
  let value = root;
  for (const token of pointer.split('/').slice(1)) {
    const key = token.replaceAll('~1', '/').replaceAll('~0', '~');
    path.push(Array.isArray(value) ? Number(key) : key);
    value = (value as Record<string, unknown>)[key];
  }
  return { path, value };
}
