import { type ChildProcess, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { parseReading } from '../../../provider/reading.ts';
import { container } from '../fakeHost.ts';
import { Service } from './service.ts';
import { TempHost } from './tempHost.ts';

let host: TempHost;
let web: Service;
let daemon: ChildProcess;
beforeEach(async () => {
  host = new TempHost();
  host.account();
  docker([container()]);
  podman();
  daemon = spawn(join(host.root, 'bin/docker'), ['daemon'], { stdio: 'ignore' });
  while (!existsSync(join(host.root, 'docker.sock'))) await setTimeout(10);
  web = new Service(host, 'rolling');
  web.listen();
  web.create('web-1');
  web.switch('web-1');
});
afterEach(() => {
  daemon.kill();
  host.remove();
});

/**
 * Docker has these containers, at its socket and by its command. Before it answers a request for `$path` it does what
 * `before` says.
 */
function docker(containers: unknown[], before = '', networks: unknown[] = []): void {
  writeFileSync(join(host.root, 'docker.json'), `${JSON.stringify(containers)}\n`);
  host.command(
    'docker-answers',
    `
read -r method path version
say() { printf 'HTTP/1.0 %s\\r\\n\\r\\n' "$1"; shift; "$@"; }
${before}
case $path in
/containers/json?all=true) say 200 jq -c 'to_entries | map({Id: "id\\(.key)"})' "$root/docker.json" ;;
/containers/id*/json) path=\${path%/json}; say 200 jq -c ".[\${path##*/id}]" "$root/docker.json" ;;
/images/json) say 200 echo '[{"RepoTags": ["web:1"], "RepoDigests": null}]' ;;
/networks) say 200 echo '${JSON.stringify(networks)}' ;;
*) say 404 echo '{}' ;;
esac`,
  );
  // by its path: the host's own socat is none
  const listen = '/usr/bin/socat "UNIX-LISTEN:$root/docker.sock,fork" "EXEC:$root/bin/docker-answers"';
  host.command('docker', `case $1 in inspect) cat "$root/docker.json" ;; daemon) exec ${listen} ;; esac`);
}

/** Podman has these containers. Before it does what it is told it does what `before` says. */
function podman(containers: unknown[] = [], before = ''): void {
  writeFileSync(join(host.root, 'podman.json'), `${JSON.stringify(containers)}\n`);
  host.command(
    'podman',
    `${before}
case $1 in
ps) ${containers.map((_, index) => `echo id${index}`).join('; ')} ;;
inspect) cat "$root/podman.json" ;;
secret) cat "$root/secrets.json"; exit 1 ;;
esac`,
  );
}

const read = () => host.run('read_stack test cortex');
const sha256 = (text: string | Buffer) => createHash('sha256').update(text).digest('hex');

test('everything of a stack, as the provider parses it', () => {
  const units = 'home/.config/containers/systemd';
  mkdirSync(join(host.root, units, 'web-1.container.d'), { recursive: true });
  mkdirSync(join(host.root, units, 'mine'));
  host.write('unit', `${units}/web-1.container`);
  host.write('override', `${units}/web-1.container.d/mine.conf`);
  host.write('mine', `${units}/mine/mine.container`);
  const reading = parseReading(host.must('read_stack test cortex'));
  expect(reading).toMatchObject({
    machineId: readFileSync('/etc/machine-id', 'utf8').trim(),
    services: { web: { slot: 'web-1', parked: '', instances: { 'web-1': { 8000: 20000 } } } },
    addresses: { web: '198.19.0.1' },
    containers: { docker: [container()], podman: [] },
    proxyRuns: true,
    loopback: new Set(['198.19.0.1']),
    texts: {},
    images: { docker: new Set(['docker.io/library/web:1']), podman: new Set() },
  });
  const start = join(web.directory, 'instances/web-1/start');
  expect(reading.files).toMatchObject({
    [start]: sha256(readFileSync(start)),
    [join(host.root, units, 'web-1.container')]: sha256('unit'),
    [join(host.root, units, 'web-1.container.d/mine.conf')]: sha256('override'),
    [join(host.root, 'proxies/test.web.cfg')]: sha256(readFileSync(join(host.root, 'proxies/test.web.cfg'))),
  });
  expect(reading.files).not.toHaveProperty([join(host.root, units, 'mine/mine.container')]);
});

test('an edited file is there with its text, and no other', () => {
  const [start, proxy] = [
    join(web.directory, 'instances/web-1/start'),
    join(host.root, 'proxies/test.web.cfg'),
  ];
  writeFileSync(join(web.directory, 'instances/web-1/digests'), `${sha256(readFileSync(start))}  ${start}\n`);
  expect(parseReading(host.must('read_stack test cortex')).texts).toEqual({});
  for (const file of [start, proxy]) writeFileSync(file, 'edited\n');
  expect(parseReading(host.must('read_stack test cortex')).texts).toEqual({
    [start]: 'edited\n',
    [proxy]: 'edited\n',
  });
});

test('all containers of both engines', () => {
  const two = [container(), { ...container(), Name: '/another' }];
  docker(two);
  podman(two);
  expect(parseReading(read().stdout).containers).toEqual({ docker: two, podman: two });
});

test('a network tells whose it is', () => {
  const labels = { a: 'b', 'containerhost.stack': 'test' };
  docker([container()], '', [{ Name: 'test-net', Labels: labels }]);
  expect(parseReading(host.must('read_stack test cortex')).networks).toEqual([
    { runtime: 'docker', name: 'test-net', stack: 'test' },
  ]);
});

test('an engine that does not answer fails the reading: half of the truth would look like drift', () => {
  docker([], 'say 500 echo "{}"; exit');
  expect(read()).toMatchObject({ code: 1, stderr: expect.stringContaining('docker does not answer') });
  docker([], 'case $path in /networks) say 500 echo "{}"; exit ;; esac');
  expect(read()).toMatchObject({ code: 1, stderr: expect.stringContaining('docker does not answer') });
  docker([]);
  for (const question of ['ps', 'image', 'network']) {
    podman([], `[ "$1" != ${question} ] || exit 125`);
    expect(read()).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('podman does not answer for cortex'),
    });
  }
});

test('a container that goes meanwhile: asked again; an inspect that always fails is no absence', () => {
  docker(
    [container()],
    'case $path in */id0/json) [ -e "$root/once" ] || { touch "$root/once"; say 404 echo "{}"; exit; } ;; esac',
  );
  expect(parseReading(read().stdout).containers.docker).toHaveLength(1);
  docker([container()], 'case $path in */id0/json) exit ;; esac');
  expect(read()).toMatchObject({ code: 1, stderr: expect.stringContaining('docker does not answer') });
});

test('a container of Podman’s that goes meanwhile: the same', () => {
  podman(
    [container()],
    '[ "$1" != inspect ] || [ -e "$root/once" ] || { touch "$root/once"; echo "[]"; exit 125; }',
  );
  expect(parseReading(read().stdout).containers).toEqual({ docker: [container()], podman: [container()] });
  podman([container()], '[ "$1" != inspect ] || exit 137');
  expect(read()).toMatchObject({ code: 1, stderr: expect.stringContaining('podman does not answer') });
});

test('a proxy that is down is told as such, while all else is read', () => {
  host.write('', 'proxy-down');
  expect(parseReading(read().stdout)).toMatchObject({
    proxyRuns: false,
    services: { web: { slot: 'web-1' } },
  });
});

test('secrets as they are now, keyed, and never in the open', () => {
  const instance = join(web.directory, 'instances/web-1');
  const podman = join(web.directory, 'instances/web-2');
  mkdirSync(join(instance, 'secrets'));
  mkdirSync(podman);
  writeFileSync(join(instance, 'secrets/token'), 'planted\n');
  writeFileSync(join(instance, 'secret-names'), 'token\nremoved\n');
  writeFileSync(join(podman, 'runtime'), 'podman');
  writeFileSync(join(podman, 'secret-names'), 'token\nremoved\n');
  const stored = [{ Spec: { Name: 'web-2-token' }, SecretData: 'planted\n' }];
  writeFileSync(join(host.root, 'secrets.json'), `${JSON.stringify(stored)}\n`);
  const { stdout } = read();
  const { secrets, files } = parseReading(stdout);
  expect(Object.keys(secrets).sort()).toEqual(['web-1-token', 'web-2-token']);
  expect(secrets['web-1-token']).toBe(secrets['web-2-token']);
  expect(secrets['web-1-token']).not.toBe(sha256('planted\n'));
  expect(Object.keys(files).filter((path) => path.includes('/secrets/'))).toEqual([]);
  expect(Object.values(files)).not.toContain(sha256('planted\n'));
  expect(stdout).not.toContain('planted');
});

test('a service may be called secrets', () => {
  const odd = new Service(host, 'rolling', 'secrets');
  odd.listen();
  odd.create('secrets-1');
  const paths = Object.keys(parseReading(read().stdout).files);
  expect(paths).toContain(join(odd.directory, 'instances/secrets-1/start'));
});

test('what a new instance is like is read the same way', () => {
  const reading = parseReading(host.must('use_service test web\ndescribe_instance web-1 cortex'));
  expect(reading.containers).toEqual({ docker: [container()], podman: [] });
});

test('another machine is told apart', () => {
  expect(host.run('expect_machine 0000')).toMatchObject({
    code: 78,
    stderr: expect.stringMatching(/this is another machine: its id is .*, expected 0000/),
  });
  host.must('expect_machine "$(cat /etc/machine-id)"');
});
