import { expect, test } from '@jest/globals';
import { unknown } from '../../policy/rule.ts';
import { made, toSubject } from '../../policy/subject.ts';

// the SDK's own, which its typings leave out
const { unknownCheckingProxy, unknownStringValue } = require('@pulumi/policy/proxy.js') as {
  unknownCheckingProxy(props: object): object;
  unknownStringValue: string;
};

test('what is not known yet has a word of its own, wherever it is; the SDK would throw', () => {
  const props = unknownCheckingProxy({
    name: 'admin.example.com',
    content: unknownStringValue,
    list: [1, unknownStringValue, { deep: unknownStringValue, none: null }],
  }) as Record<string, unknown>;
  expect(() => props.content).toThrow("can't be known during preview");
  const seen = { type: 't', name: 'n', urn: 'u', props, opts: { protect: true } };
  expect(toSubject(seen)).toEqual({
    type: 't',
    name: 'n',
    urn: 'u',
    protect: true,
    props: { name: 'admin.example.com', content: unknown, list: [1, unknown, { deep: unknown, none: null }] },
  });
});

test('a stack is judged by what was made, and by what was declared where that says no more', () => {
  const identity = { type: 't', name: 'n', urn: 'u' };
  const seen = (props: Record<string, unknown>) => ({ ...identity, props, opts: { protect: false } });
  const subject = (props: Record<string, unknown>) => ({ ...identity, props, protect: false });
  const declared = seen({ spec: { image: 'a' }, name: unknown });
  expect(made(seen({ name: 'web-1234567' }), declared)).toEqual(
    subject({ spec: { image: 'a' }, name: 'web-1234567' }),
  );
  expect(made(declared, undefined)).toEqual(subject({ spec: { image: 'a' }, name: unknown }));
});
