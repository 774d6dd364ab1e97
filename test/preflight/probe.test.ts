import { expect, test } from '@jest/globals';
import { parseProbe } from '../../preflight/probe.ts';

test('what a host says of itself', () => {
  const probe = parseProbe(`architecture amd64
memory-available 1048576
version haproxy 3.0.11-1+deb13u1
version docker
linger yes
subordinate-ids 65536 65536
selinux permissive
disk data 1073741824 /srv/containerhost
serving web web-1234567 docker
listener 0.0.0.0:22 sshd
listener [::]:22 sshd
listener 127.0.0.53%lo:53 systemd-resolve
listener *:80 another
path - /not there
path fr /etc/hosts
path frw /srv/shared
controllers docker - cpu memory pids
controllers podman -
image docker amd64 docker.io/example/web:1
memory web-1234567 5242880
end
`);
  expect(probe).toEqual({
    architecture: 'amd64',
    memoryAvailable: 1048576,
    versions: { haproxy: '3.0.11-1+deb13u1' },
    disks: [{ what: 'data', free: 1073741824, folder: '/srv/containerhost' }],
    linger: true,
    subordinateIds: { uids: 65536, gids: 65536 },
    controllers: { docker: ['cpu', 'memory', 'pids'], podman: [] },
    seLinux: 'permissive',
    images: { docker: { 'docker.io/example/web:1': 'amd64' }, podman: {} },
    listeners: [
      { address: '0.0.0.0', port: 22, process: 'sshd' },
      { address: '::', port: 22, process: 'sshd' },
      { address: '127.0.0.53', port: 53, process: 'systemd-resolve' },
      { address: '0.0.0.0', port: 80, process: 'another' },
    ],
    serving: { web: { instance: 'web-1234567', runtime: 'docker' } },
    memory: { 'web-1234567': 5242880 },
    paths: {
      '/not there': { found: false, readable: false, writable: false },
      '/etc/hosts': { found: true, readable: true, writable: false },
      '/srv/shared': { found: true, readable: true, writable: true },
    },
  });
});

test('half of an answer is none', () => {
  expect(() => parseProbe('architecture amd64\nlinger yes\n')).toThrow('cut short');
  expect(() => parseProbe('colour red\nend\n')).toThrow('a line "colour red" that nobody knows');
});
