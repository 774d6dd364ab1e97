import { inspect } from 'node:util';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  hasSecret,
  hasUnknown,
  marshal,
  type PropertyValue,
  type Props,
  reveal,
  Secret,
  Unknown,
  unmarshal,
} from '../../../provider/rpc/value.ts';

const sentinel = '04da6b54-80e4-46f7-96ec-b56ff0331ba9';

// google-protobuf loses a property of this name, as it does in Pulumi's own SDK.
const name = fc.string({ minLength: 1 }).filter((text) => text !== '__proto__');

const { value } = fc.letrec<{ value: PropertyValue }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    fc.constantFrom<PropertyValue>(null, Unknown),
    fc.boolean(),
    fc.double({ noNaN: true, noDefaultInfinity: true }).filter((number) => !Object.is(number, -0)),
    fc.string(),
    fc.array(tie('value')),
    fc.dictionary(name, tie('value'), { noNullPrototype: true }),
    tie('value').map((inner) => new Secret(inner)),
  ),
}));

test('values come back from the wire as they were', () => {
  fc.assert(
    fc.property(fc.dictionary(name, value, { noNullPrototype: true }), (props: Props) => {
      expect(unmarshal(marshal(props))).toEqual(props);
    }),
  );
});

describe('on the wire', () => {
  test('a secret carries the signature, an unknown is the sentinel', () => {
    expect(marshal({ token: new Secret('t'), id: Unknown, none: undefined }).toJavaScript()).toEqual({
      token: { '4dabf18193072939515e22adb298388d': '1b47061264138c4ac30d75fd1eb44270', value: 't' },
      id: sentinel,
    });
  });

  test('unknowns of other types are unknowns too', () => {
    expect(unmarshal(marshal({ count: '3eeb2bf0-c639-47a8-9e75-3b44932eb421' }))).toEqual({ count: Unknown });
  });

  test('assets pass through', () => {
    const asset = { '4dabf18193072939515e22adb298388d': 'c44067f5952c0a294b673a41bacd8c17', text: 'x' };
    expect(unmarshal(marshal({ asset }))).toEqual({ asset });
  });
});

test('a secret does not print', () => {
  const props = { token: new Secret('s3cret') };
  for (const text of [JSON.stringify(props), inspect(props), `${props.token}`, String(props.token)]) {
    expect(text).not.toContain('s3cret');
    expect(text).toContain('[secret]');
  }
});

describe('reveal', () => {
  test('opens secrets at any depth', () => {
    expect(reveal({ a: [new Secret({ b: new Secret('x') })] })).toEqual({ a: [{ b: 'x' }] });
  });

  test('refuses unknowns', () => {
    expect(() => reveal({ a: [new Secret(Unknown)] })).toThrow('unknown');
  });
});

test('hasUnknown and hasSecret look into everything', () => {
  expect(hasUnknown({ a: [new Secret({ b: Unknown })] })).toBe(true);
  expect(hasUnknown({ a: [new Secret({ b: 1 })], c: null })).toBe(false);
  expect(hasUnknown(undefined)).toBe(false);
  expect(hasSecret({ a: [{ b: new Secret(1) }] })).toBe(true);
  expect(hasSecret({ a: [{ b: Unknown }] })).toBe(false);
});
