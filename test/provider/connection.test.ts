import { expect, test } from '@jest/globals';
import { currentConnection } from '../../provider/connection.ts';

const stored = { address: 'vm', port: 22, user: 'operator', identityFile: '/old/key' };

test('what state remembers, where nothing else is said', () => {
  expect(currentConnection('prod', stored, {}, () => undefined)).toEqual(stored);
});

test("the stack's file goes before it, so that a rotated key does not lock anybody out of a refresh", () => {
  const file = 'config:\n  cortex:host:\n    kind: ssh\n    identityFile: /new/key\n    port: 2222\n';
  const read = (name: string) => (name === 'Pulumi.prod.yaml' ? file : undefined);
  expect(currentConnection('prod', stored, {}, read)).toEqual({
    ...stored,
    identityFile: '/new/key',
    port: 2222,
  });
});

test('what the file does not say any more is not what it was before', () => {
  const before = { ...stored, address: 'there', port: 2222, proxyCommand: 'ssh -W %h:%p gone' };
  const file = (kind: string) => `config:\n  cortex:host:\n    kind: ${kind}\n    user: operator\n`;
  expect(currentConnection('prod', before, {}, () => file('ssh'))).toEqual({
    address: 'there',
    port: 22,
    user: 'operator',
  });
  // there the program says all but the key file
  const { identityFile: _, ...google } = before;
  expect(currentConnection('prod', before, {}, () => file('gcp'))).toEqual(google);
});

test("one operator's own user and key go before everything", () => {
  const own = { CORTEX_SSH_USER: 'me', CORTEX_SSH_IDENTITY_FILE: '/home/me/key' };
  expect(currentConnection('prod', stored, own, () => undefined)).toEqual({
    ...stored,
    user: 'me',
    identityFile: '/home/me/key',
  });
});

test('a secret in the file is none of its business', () => {
  const file = 'config:\n  cortex:host:\n    secure: v1:abc\n';
  expect(currentConnection('prod', stored, {}, () => file)).toEqual(stored);
});
