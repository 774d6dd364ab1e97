import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { Probe } from '../../../spec/probe.ts';
import { Service } from './service.ts';
import { TempHost } from './tempHost.ts';

const probe: Probe = {
  port: 2000,
  path: '/config',
  select: '[.rules[] | {name, to}]',
  expected: '[{"name":"a","to":"b"}]',
};

let host: TempHost;
let web: Service;
beforeEach(() => {
  host = new TempHost();
  web = new Service(host, 'rolling');
  web.listen();
  // the engine knows the process, and in its network the container answers
  host.command('docker', 'case "$*" in *web-1) echo 4711 ;; *) exit 1 ;; esac');
  host.command(
    'nsenter',
    '[ "$*" = "--target 4711 --net socat -t 5 -T 5 - TCP:127.0.0.1:2000" ] || exit 1\ncat >"$root/asked"\ncat "$root/answer"',
  );
  answers('{"rules": [{"to": "b", "name": "a", "more": 1}]}');
  expect(web.create('web-1').code).toBe(0);
  ask(probe);
});
afterEach(() => host.remove());

function answers(body: string, status = '200 OK'): void {
  host.write(`HTTP/1.0 ${status}\r\nContent-Type: application/json\r\n\r\n${body}`, 'answer');
}

function ask(wanted: Probe): void {
  host.write(JSON.stringify(wanted), 'base', 'test', 'web', 'instances', 'web-1', 'probe');
}

const probed = () => host.run('use_service test web\nprobe_instance web-1 cortex');

test('a container that says what was declared stays, and was asked on its own loopback', () => {
  expect(probed()).toMatchObject({ code: 0, stderr: '' });
  expect(host.file('asked')).toBe('GET /config HTTP/1.0');
  expect(web.instances()).toEqual(['web-1']);
});

test.each([
  [
    'something else',
    () => answers('{"rules": []}'),
    'it says that it serves [], and was told to serve [{"name":"a","to":"b"}]',
  ],
  ['nothing that is JSON', () => answers('not found', '404 Not Found'), 'GET /config on port 2000'],
  ['nothing at all', () => host.command('nsenter', 'exit 1'), 'GET /config on port 2000'],
])('one that says %s is taken away, with the reason', (_what, prepare, reason) => {
  prepare();
  const { code, stderr } = probed();
  expect(code).toBe(1);
  expect(stderr).toContain('containerhost: web-1 was taken away again: ');
  expect(stderr).toContain(reason);
  expect(stderr).toContain('what served before serves on');
  expect(web.instances()).toEqual([]);
});

test('a reading tells what each says now; who does not answer is told by its state', () => {
  const answersOfEngines = join(host.root, 'work');
  mkdirSync(answersOfEngines);
  const read = (pid: number) => {
    host.write(JSON.stringify([{ Name: '/web-1', State: { Pid: pid } }]), 'work', 'docker');
    host.write('', 'work', 'podman');
    for (const runtime of ['docker', 'podman']) host.must(`read_probes test ${runtime} ${answersOfEngines}`);
    expect(host.file('work', 'podman-probes')).toBe('');
    return host.file('work', 'docker-probes');
  };
  answers('{"rules": [{"name": "c", "to": "d"}]}');
  const said = Buffer.from('[{"name":"c","to":"d"}]\n').toString('base64');
  expect(read(4711)).toBe(`web-1 ${said}`);
  expect(read(0)).toBe('');
  expect(read(4712)).toBe('');
});
