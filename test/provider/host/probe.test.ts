import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { parseProbe } from '../../../preflight/probe.ts';
import { TempHost } from './tempHost.ts';

let host: TempHost;
beforeEach(() => {
  host = new TempHost();
  host.account();
  host.command('dpkg', 'echo amd64');
  host.command('haproxy', 'echo "HAProxy version 3.0.11-1+deb13u1 2025/10/03 - https://haproxy.org/"');
  host.command('systemctl', 'echo "systemd 257 (257.8-1~deb13u2)"');
  host.command(
    'ss',
    `echo 'LISTEN 0 128 0.0.0.0:22 0.0.0.0:* users:(("sshd",pid=1,fd=3))'
echo 'LISTEN 0 128 [::]:5001 [::]:* users:(("old app",pid=2,fd=3),("old app",pid=3,fd=3))'
echo 'LISTEN 0 128 127.0.0.1:7 0.0.0.0:*'`,
  );
  engine('docker', '26.1.5', 'example/web:1', 'cpu memory');
  engine('podman', '5.4.2', 'docker.io/example/web:1', 'pids');
  mkdirSync(join(host.root, 'base/test/web/instances/web-1'), { recursive: true });
  host.write('web-1\n', 'base/test/web/slot');
  host.write('podman\n', 'base/test/web/instances/web-1/runtime');
});
afterEach(() => host.remove());

function engine(name: string, version: string, image: string, controllers: string): void {
  host.command(
    name,
    `case "$1 $2" in
'compose version') echo v2.26.1 ;;
info*) printf 'version ${name} ${version}\\nroot /nowhere/${name}\\ncontrollers ${name} - ${controllers}\\n' ;;
ps*) ;;
'image ls') echo sha256:abc ;;
'image inspect') printf 'image ${name} amd64 ${image}\\n\\n' ;;
esac`,
  );
}

const probe = (...paths: string[]) =>
  parseProbe(host.must(`probe_host test cortex ${paths.map((path) => `'${path}'`).join(' ')}`));

test('what a host is and has, as the provider parses it', () => {
  const found = probe();
  expect(found).toMatchObject({
    architecture: 'amd64',
    versions: {
      docker: '26.1.5',
      compose: '2.26.1',
      podman: '5.4.2',
      haproxy: '3.0.11-1+deb13u1',
      systemd: '257',
    },
    linger: false,
    controllers: { docker: ['cpu', 'memory'], podman: ['pids'] },
    images: {
      docker: { 'docker.io/example/web:1': 'amd64' },
      podman: { 'docker.io/example/web:1': 'amd64' },
    },
    serving: { web: { instance: 'web-1', runtime: 'podman' } },
    listeners: expect.arrayContaining([
      { address: '0.0.0.0', port: 22, process: 'sshd' },
      { address: '::', port: 5001, process: 'old_app' },
      { address: '127.0.0.1', port: 7, process: 'another' },
    ]),
  });
  expect(found.memoryAvailable).toBeGreaterThan(0);
  // where a folder is not there yet, the disk that it will be on
  expect(found.disks.map(({ what, folder }) => [what, folder])).toEqual([
    ['data', join(host.root, 'srv')],
    ['docker', '/nowhere/docker'],
    ['podman', '/nowhere/podman'],
  ]);
  for (const { free } of found.disks) expect(free).toBeGreaterThan(0);
});

test('an engine that does not answer is no failure: that it has no version is what is told', () => {
  host.command('docker', 'echo "Cannot connect to the Docker daemon" >&2; exit 1');
  expect(probe().versions).not.toHaveProperty('docker');
});

test('paths that services mount, also with spaces', () => {
  host.write('x', 'a file');
  expect(probe(join(host.root, 'a file'), '/not there').paths).toEqual({
    [join(host.root, 'a file')]: { found: true, readable: true, writable: true },
    '/not there': { found: false, readable: false, writable: false },
  });
});
