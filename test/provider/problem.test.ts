import { expect, test } from '@jest/globals';
import { hostProblem, remoteProblem } from '../../provider/ssh/problem.ts';

const connection = { address: 'vm', port: 22, user: 'operator' };

const said: [string, string, string, RegExp][] = [
  [
    'unreachable',
    'ssh: connect to host vm port 22: Connection refused',
    'unreachable',
    /cannot be reached: .*Connection refused.*nothing is taken for gone/,
  ],
  ['silent', '', 'unreachable', /cannot be reached: the connection was lost/],
  [
    'another host',
    'Host key verification failed.',
    'identity',
    /another host key than the one that is pinned.*docs\/recovery\.md/,
  ],
  [
    'not let in',
    'operator@vm: Permission denied (publickey).',
    'refused',
    /does not let this user in.*cortex:host\.identityFile/,
  ],
];
test.each(said)('%s', (_, stderr, kind, message) => {
  const problem = hostProblem(connection, stderr, 'the connection was lost');
  expect(problem.kind).toBe(kind);
  expect(problem.message).toMatch(message);
  expect(problem.message).toContain('othing');
});

test("a script's own words, and the container's last lines below them", () => {
  const problem = remoteProblem(
    connection,
    1,
    'noise\ncontainerhost-log: opening the ledger\ncontainerhost-log: fatal\ncontainerhost: web-1 was taken away again\n',
  );
  expect(problem.message).toBe(
    'web-1 was taken away again\nnoise\nits last log lines:\n  opening the ledger\n  fatal',
  );
});

test('a user that may not become root', () => {
  expect(remoteProblem(connection, 1, 'sudo: a password is required').message).toMatch(/passwordless sudo/);
});
