import { inspect } from 'node:util';
import structPb from 'google-protobuf/google/protobuf/struct_pb.js';

/**
 * Property values as the engine sends them: plain JSON, and two things that JSON has no word for.
 * Assets and resource references pass through as the signed objects that they are on the wire.
 */
export type PropertyValue =
  | null
  | boolean
  | number
  | string
  | Secret
  | typeof Unknown
  | PropertyValue[]
  | { [name: string]: PropertyValue };

export type Props = Record<string, PropertyValue>;

/** JSON without secrets and unknowns: what {@link reveal} returns. */
export type Plain = null | boolean | number | string | Plain[] | { [name: string]: Plain };

/** A value that is known only after the resources it comes from are there. Occurs in previews only. */
export const Unknown: unique symbol = Symbol('unknown');

/** A value that is encrypted in the state. It prints and serializes as `[secret]`, never as its value. */
export class Secret {
  readonly value: PropertyValue;

  constructor(value: PropertyValue) {
    this.value = value;
  }

  toString(): string {
    return '[secret]';
  }

  toJSON(): string {
    return '[secret]';
  }

  [inspect.custom](): string {
    return '[secret]';
  }
}

// The wire's signatures, from @pulumi/pulumi's runtime/rpc.js, which is slow to load.
const signature = '4dabf18193072939515e22adb298388d';
const secretSignature = '1b47061264138c4ac30d75fd1eb44270';
const unknownSentinel = '04da6b54-80e4-46f7-96ec-b56ff0331ba9';
// The engine writes an unknown by its type; all SDKs and providers may answer with the string's.
const unknownSentinels = new Set([
  unknownSentinel,
  '1c4a061d-8072-4f0a-a4cb-0ff528b18fe7', // bool
  '3eeb2bf0-c639-47a8-9e75-3b44932eb421', // number
  '6a19a0b0-7e62-4c92-b797-7f8e31da9cc2', // array
  '030794c1-ac77-496b-92df-f27374a8bd58', // asset
  'e48ece36-62e2-4504-bad9-02848725956a', // archive
  'dd056dcd-154b-4c76-9bd3-c8f88648b5ff', // object
]);

/** Reads a message's properties. A message without any is the empty object. */
export function unmarshal(struct: structPb.Struct | undefined): Props {
  return struct ? unmarshalObject(struct.toJavaScript() as Record<string, Plain>) : {};
}

function unmarshalObject(object: Record<string, Plain>): Props {
  return Object.fromEntries(Object.entries(object).map(([name, value]) => [name, unmarshalValue(value)]));
}

function unmarshalValue(value: Plain): PropertyValue {
  if (typeof value === 'string') return unknownSentinels.has(value) ? Unknown : value;
  if (Array.isArray(value)) return value.map(unmarshalValue);
  if (value === null || typeof value !== 'object') return value;
  if (value[signature] === secretSignature) return new Secret(unmarshalValue(value.value ?? null));
  return unmarshalObject(value);
}

/** Writes properties into a message; `undefined` ones are left out. */
export function marshal(props: Readonly<Record<string, PropertyValue | undefined>>): structPb.Struct {
  return structPb.Struct.fromJavaScript(marshalObject(props));
}

function marshalObject(object: Readonly<Record<string, PropertyValue | undefined>>): Record<string, Plain> {
  const result: Record<string, Plain> = {};
  for (const [name, value] of Object.entries(object)) {
    if (value !== undefined) result[name] = marshalValue(value);
  }
  return result;
}

function marshalValue(value: PropertyValue): Plain {
  if (value === Unknown) return unknownSentinel;
  if (value instanceof Secret) return { [signature]: secretSignature, value: marshalValue(value.value) };
  if (Array.isArray(value)) return value.map(marshalValue);
  if (value === null || typeof value !== 'object') return value;
  return marshalObject(value);
}

/** Whether an unknown is anywhere in the value. */
export function hasUnknown(value: PropertyValue | undefined): boolean {
  if (value === Unknown) return true;
  if (value instanceof Secret) return hasUnknown(value.value);
  if (value === null || typeof value !== 'object') return false;
  return (Array.isArray(value) ? value : Object.values(value)).some(hasUnknown);
}

/** Whether a secret is anywhere in the value. */
export function hasSecret(value: PropertyValue | undefined): boolean {
  if (value instanceof Secret) return true;
  if (value === undefined || value === null || typeof value !== 'object') return false;
  return (Array.isArray(value) ? value : Object.values(value)).some(hasSecret);
}

/**
 * The value with its secrets in the open, for use; never to be returned to the engine or printed.
 *
 * @throws when the value has an unknown: nothing is made of values that are not there yet.
 */
export function reveal(value: PropertyValue): Plain {
  if (value === Unknown) throw new Error('a value is unknown where only known ones can be used');
  if (value instanceof Secret) return reveal(value.value);
  if (Array.isArray(value)) return value.map(reveal);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([name, entry]) => [name, reveal(entry)]));
}

/**
 * The value with secrets where `like` has them: what is read back from a host or a cloud is plain, and
 * would otherwise get into the state in the open.
 */
export function sealLike(value: PropertyValue, like: PropertyValue | undefined): PropertyValue {
  if (like instanceof Secret) return value instanceof Secret ? value : new Secret(value);
  if (Array.isArray(value)) {
    const list = Array.isArray(like) ? like : [];
    // Which element is which is not known once there are more or fewer of them: all are as secret as any.
    if (list.length !== value.length && hasSecret(like)) return new Secret(value);
    return value.map((element, index) => sealLike(element, list[index]));
  }
  if (!isObject(value)) return value;
  const object = isObject(like) ? like : {};
  return Object.fromEntries(
    Object.entries(value).map(([name, entry]) => [name, sealLike(entry, object[name])]),
  );
}

/** Whether the value has named entries: neither a list nor a secret. */
export function isObject(value: PropertyValue | undefined): value is { [name: string]: PropertyValue } {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Secret);
}

/** What is inside a secret, however often it was made one; anything else as it is. */
export function open(value: PropertyValue | undefined): PropertyValue | undefined {
  return value instanceof Secret ? open(value.value) : value;
}
