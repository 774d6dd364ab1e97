import type { CheckFailure } from '../../provider/rpc/resourceProvider.ts';
import { isObject, type PropertyValue, type Props, Secret, Unknown } from '../../provider/rpc/value.ts';

/** Properties of one object that depend on each other. `in` is the path to it, through lists; none: the inputs. */
interface Among {
  in?: string;
  of: readonly string[];
}

/** A form that a value has to have; `at` is the path to it, through lists. */
interface At {
  at: string;
}

/**
 * What a provider refuses beyond the types of its inputs. `source` says where the rule comes from: `schema` is the
 * provider's own (github.com/hashicorp/terraform-provider-google, which @pulumi/gcp is built from), anything else
 * a page of the API's documentation.
 */
export type Rule = { source: string } & (
  | ({ rule: 'exactlyOne' | 'atLeastOne' | 'atMostOne' } & Among)
  | ({ rule: 'values'; values: readonly string[] } & At)
  | ({ rule: 'matches'; pattern: RegExp; expected: string } & At)
  | ({ rule: 'range'; min: number; max: number } & At)
  | ({ rule: 'length'; min: number; max: number } & At)
  | ({ rule: 'labels' } & At)
  /** where the one is set, the other must be, and have this value if one is given */
  | { rule: 'needs'; in?: string; set: string; other: string; value?: string }
);

/** What the inputs break. What is unknown in a preview is taken for right. */
export function brokenRules(rules: readonly Rule[], inputs: Props): CheckFailure[] {
  return rules.flatMap((rule) =>
    broken(rule, inputs).map(({ property, reason }) => ({
      property,
      reason: `${reason} (${rule.source})`,
    })),
  );
}

function broken(rule: Rule, inputs: Props): CheckFailure[] {
  switch (rule.rule) {
    case 'exactlyOne':
    case 'atLeastOne':
    case 'atMostOne':
      return objectsAt(inputs, rule.in).flatMap(({ path, value }) => among(rule.rule, rule.of, path, value));
    case 'values':
      return textsAt(inputs, rule.at)
        .filter(({ value }) => !rule.values.includes(value))
        .map(({ path, value }) =>
          failure(path, `found '${value}', expected one of ${rule.values.join(', ')}`),
        );
    case 'matches':
      return textsAt(inputs, rule.at)
        .filter(({ value }) => !rule.pattern.test(value))
        .map(({ path, value }) => failure(path, `found '${value}', expected ${rule.expected}`));
    case 'range':
      return valuesAt(inputs, rule.at)
        .filter(({ value }) => typeof value === 'number' && (value < rule.min || value > rule.max))
        .map(({ path, value }) =>
          failure(path, `found ${String(value)}, expected ${rule.min} to ${rule.max}`),
        );
    case 'length':
      return valuesAt(inputs, rule.at, false)
        .filter(({ value }) => Array.isArray(value) && (value.length < rule.min || value.length > rule.max))
        .map(({ path, value }) =>
          failure(path, `found ${(value as unknown[]).length} of them, expected ${rule.min} to ${rule.max}`),
        );
    case 'labels':
      return objectsAt(inputs, rule.at).flatMap(({ path, value }) => labels(path, value));
    case 'needs':
      return objectsAt(inputs, rule.in).flatMap(({ path, value }) => needs(rule, path, value));
  }
}

function among(
  rule: 'exactlyOne' | 'atLeastOne' | 'atMostOne',
  of: readonly string[],
  path: string,
  value: Props,
): CheckFailure[] {
  const set = of.filter((name) => isSet(value[name]));
  const names = of.map((name) => `'${name}'`).join(', ');
  if (set.length === 0 && rule !== 'atMostOne') {
    const expected = rule === 'exactlyOne' ? 'exactly one' : 'at least one';
    return [failure(join(path, of[0]), `missing; expected ${expected} of ${names}`)];
  }
  if (set.length > 1 && rule !== 'atLeastOne')
    return [failure(join(path, set[1]), `excludes '${set[0]}': expected one of ${names}`)];
  return [];
}

function labels(path: string, value: Props): CheckFailure[] {
  return Object.entries(value).flatMap(([key, label]) => [
    ...(/^[a-z][a-z0-9_-]{0,62}$/.test(key)
      ? []
      : [
          failure(
            path,
            `'${key}' is no key of a label: expected up to 63 of a-z, 0-9, _ and -, a letter first`,
          ),
        ]),
    ...(typeof label !== 'string' || /^[a-z0-9_-]{0,63}$/.test(label)
      ? []
      : [failure(join(path, key), `found '${label}', expected up to 63 of a-z, 0-9, _ and -`)]),
  ]);
}

function needs(
  { set, other, value: wanted }: Extract<Rule, { rule: 'needs' }>,
  path: string,
  value: Props,
): CheckFailure[] {
  const found = open(value[other]);
  if (!isSet(value[set]) || found === Unknown) return [];
  if (wanted === undefined ? isSet(found) : found === wanted) return [];
  const expected = wanted === undefined ? `needs '${other}'` : `needs '${other}' to be '${wanted}'`;
  return [failure(join(path, set), expected)];
}

interface Found {
  path: string;
  value: PropertyValue;
}

function objectsAt(inputs: Props, path = ''): { path: string; value: Props }[] {
  const found = path === '' ? [{ path: '', value: inputs }] : valuesAt(inputs, path);
  return found.filter((one): one is { path: string; value: Props } => isObject(one.value));
}

function textsAt(inputs: Props, path: string): { path: string; value: string }[] {
  return valuesAt(inputs, path).filter(
    (one): one is { path: string; value: string } => typeof one.value === 'string',
  );
}

/** Every value at a path; a list stands for its elements, unless it is what is asked for. */
function valuesAt(inputs: Props, path: string, inside = true): Found[] {
  return path.split('.').reduce<Found[]>(
    (found, name, index, names) =>
      found.flatMap(({ path: before, value }) => {
        const next = isObject(value) ? open(value[name]) : undefined;
        if (!isSet(next)) return [];
        const at = join(before, name);
        return inside || index < names.length - 1 ? elements(at, next) : [{ path: at, value: next }];
      }),
    [{ path: '', value: inputs }],
  );
}

function elements(path: string, value: PropertyValue): Found[] {
  if (!Array.isArray(value)) return [{ path, value }];
  return value.map((element, index) => ({ path: `${path}[${index}]`, value: open(element) ?? null }));
}

/** What is unknown will be there. */
function isSet(value: PropertyValue | undefined): value is PropertyValue {
  return value !== undefined && value !== null;
}

function open(value: PropertyValue | undefined): PropertyValue | undefined {
  return value instanceof Secret ? open(value.value) : value;
}

function join(path: string, name = ''): string {
  return path === '' ? name : `${path}.${name}`;
}

function failure(property: string, reason: string): CheckFailure {
  return { property, reason };
}
