import { describe, expect, test } from '@jest/globals';
import { knownHosts, sshArgs } from '../../../provider/ssh/args.ts';

const connection = { address: 'host.example.com', port: 22, user: 'deploy' };
const files = { knownHostsFile: '/run/known_hosts' };
const pinned = [
  ...['-o', 'User=deploy', '-o', 'Port=22', '-o', 'BatchMode=yes', '-o', 'StrictHostKeyChecking=yes'],
  ...['-o', 'UserKnownHostsFile=/run/known_hosts', '-o', 'GlobalKnownHostsFile=/dev/null'],
  ...['-o', 'HostKeyAlias=host.example.com', '-o', 'UpdateHostKeys=no', '-o', 'VerifyHostKeyDNS=no'],
  ...['-o', 'KnownHostsCommand=none', '-o', 'ConnectTimeout=10', '-o', 'ServerAliveInterval=15'],
  ...['-o', 'ServerAliveCountMax=4', '-o', 'ForwardAgent=no', '-o', 'ClearAllForwardings=yes'],
  ...['-o', 'LogLevel=ERROR'],
];
const alone = ['-o', 'ControlMaster=no', '-o', 'ControlPath=none'];
const end = ['--', 'host.example.com'];

describe('ssh', () => {
  test('asks nothing, and trusts the pinned key alone', () => {
    expect(sshArgs(connection, files)).toEqual(['-T', ...pinned, ...alone, ...end]);
  });

  test('uses the given key and no other, and the given way', () => {
    const way = { ...connection, identityFile: '~/my keys/id', proxyCommand: 'gcloud tunnel %p' };
    expect(sshArgs(way, files)).toEqual([
      ...['-T', ...pinned, ...alone],
      ...[
        '-o',
        'IdentityFile="~/my keys/id"',
        '-o',
        'IdentitiesOnly=yes',
        '-o',
        'ProxyCommand=gcloud tunnel %p',
      ],
      ...end,
    ]);
  });

  test('shares one connection where it is told its socket', () => {
    expect(sshArgs(connection, { ...files, controlPath: '/tmp/ch-1/s' })).toEqual([
      ...['-T', ...pinned],
      ...['-o', 'ControlMaster=auto', '-o', 'ControlPath=/tmp/ch-1/s', '-o', 'ControlPersist=60'],
      ...end,
    ]);
  });
});

test('the pinned key stands under the address', () => {
  expect(knownHosts(connection, 'ssh-ed25519 AAAA')).toBe('host.example.com ssh-ed25519 AAAA\n');
});
