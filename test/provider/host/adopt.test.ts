import { lstatSync, mkdirSync, readFileSync, readlinkSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { TempHost } from './tempHost.ts';

let host: TempHost;
beforeEach(() => {
  host = new TempHost();
  // rules are lines: -C looks for one, -I adds it, -D takes it away
  host.command(
    'iptables',
    `shift; shift; shift; action=$1; shift; rules=$root/rules; touch "$rules"
case $action in
-C) grep -qxF -- "$*" "$rules" ;;
-I) echo "$*" >>"$rules" ;;
-D) grep -qxF -- "$*" "$rules" || exit 1; grep -vxF -- "$*" "$rules" >"$rules.new"; mv "$rules.new" "$rules" ;;
esac`,
  );
});
afterEach(() => host.remove());

const listeners = [
  'listen prod.web.80',
  '    bind @address@:80',
  '    bind 127.0.0.1:5001',
  '    server live 127.0.0.1:@80@',
].join('\n');

/** All three steps, for a container `old` whose port 80 Docker publishes on 127.0.0.1:5001. */
const adopt = `use_service prod web
reserve_adopted old 80
for verb in start running remove; do
  printf '#!/bin/sh\\necho %s >>%s/verbs\\n' $verb "\${base%/*}" >"$(instance_dir old)/$verb"
  chmod 755 "$(instance_dir old)/$verb"
done
adopt_instance old <<'PUBLISHED'
127.0.0.1 5001 80
PUBLISHED
begin_listeners
add_service prod web 127.0.0.1:5001 <<'LISTENERS'
${listeners}
LISTENERS
commit_listeners
use_service prod web
serve_adopted old`;

const reloads = () => host.file('calls').match(/reload/g)?.length;
const rules = () => host.file('rules').split('\n').filter(Boolean);
const docker = 'LISTEN 0 4096 127.0.0.1:5001 0.0.0.0:* users:(("docker-proxy",pid=1,fd=4))\n';

describe('a container that is adopted', () => {
  beforeEach(() => host.write(docker, 'listening'));

  test('serves behind the proxy, while Docker keeps its port and new connections to it go to the proxy', () => {
    expect(host.must(adopt)).toBe('port web 80 20000\naddress web 198.19.0.1\n');
    expect(host.file('base', 'prod', 'web', 'slot')).toBe('old');
    expect(host.file('proxies', 'prod.web.cfg')).toBe(
      'listen prod.web.80\n    bind 198.19.0.1:80\n    server live 127.0.0.1:20000 weight 1',
    );
    expect(rules()).toEqual(
      ['OUTPUT', 'PREROUTING'].map(
        (chain) =>
          `${chain} -d 127.0.0.1 -p tcp --dport 5001 -m comment --comment containerhost prod.web -j DNAT --to-destination 198.19.0.1:80`,
      ),
    );
    expect(host.file('verbs')).toBe('start');
  });

  test('once more changes nothing', () => {
    host.must(adopt);
    const before = [rules(), host.file('proxies', 'prod.web.cfg'), host.file('base', 'addresses')];
    expect(host.must(adopt)).toBe('port web 80 20000\naddress web 198.19.0.1\n');
    expect([rules(), host.file('proxies', 'prod.web.cfg'), host.file('base', 'addresses')]).toEqual(before);
  });

  test('leaves its port to the proxy when the next instance serves, and is gone', () => {
    host.must(adopt);
    host.must('use_service prod web\nreserve_instance web-1 80');
    host.write('', 'listening');
    host.must('use_service prod web\nswitch_slot web-1');
    expect(host.file('proxies', 'prod.web.cfg')).toContain(
      'bind 127.0.0.1:5001\n    server live 127.0.0.1:20001',
    );
    // the running proxy has it with its next reload: one for this would close kept connections
    expect([reloads(), rules().length]).toEqual([1, 2]);
    host.must('host_lock\nreload_proxy');
    expect(rules()).toEqual([]);
    expect(host.list('base', 'prod', 'web', 'instances')).toEqual(['web-1']);
    expect(host.list('base', 'prod', 'web')).not.toContain('claim');
  });

  test('is not one where the service has an instance already', () => {
    host.must(
      'use_service prod web\nmkdir -p "$service_dir/instances/web-1"\nprintf web-1 >"$service_dir/slot"',
    );
    expect(host.run(adopt).stderr).toContain('web of prod is served by web-1 already');
  });
});

test('a port on all addresses is sent on, but not one of a virtual address', () => {
  host.write('*:5001 198.19.0.1:80', 'unused');
  host.must('use_service prod web\necho "0.0.0.0 5001 198.19.0.1:80" >"$service_dir/claim"\nredirect_ports');
  expect(rules()[0]).toContain('OUTPUT -m addrtype --dst-type LOCAL ! -d 198.19.0.0/16 -p tcp --dport 5001');
});

describe('a folder that a container has mounted', () => {
  const place = () => join(host.srv, 'prod/volumes/state');
  const source = () => join(host.root, 'docker/state/_data');
  const take = () =>
    host.run(`adopt_data ${place()} ${source()} 'volume state' <<'MAPPING'\nuid 0 0 10\nMAPPING`);
  beforeEach(() => {
    // Debian 13's knows --exchange; whoever runs these tests may have an older one. In three steps, here only.
    host.command(
      'mv',
      '[ "$1" = --exchange ] || exec /bin/mv "$@"\nshift 4; /bin/mv -T "$1" "$1.x" && /bin/mv -T "$2" "$1" && exec /bin/mv -T "$1.x" "$2"',
    );
    mkdirSync(source(), { recursive: true });
    writeFileSync(join(source(), 'file'), 'mine');
  });

  test('becomes the stack’s, the same one, and is found where it was', () => {
    const { ino } = statSync(source());
    expect(take().code).toBe(0);
    expect(lstatSync(join(place(), 'data')).ino).toBe(ino);
    expect(readlinkSync(source())).toBe(join(place(), 'data'));
    expect(readFileSync(join(source(), 'file'), 'utf8')).toBe('mine');
    expect(readFileSync(join(place(), 'mapping'), 'utf8')).toBe('uid 0 0 10\n');
    expect(take().code).toBe(0);
  });

  test('is refused where the stack has data, where it is no folder, and on another file system', () => {
    mkdirSync(join(place(), 'data'), { recursive: true });
    writeFileSync(join(place(), 'data/newer'), '');
    expect(take().stderr).toContain('has data already');
    host.must(`rm -r ${place()} && mv ${source()} ${source()}.real && ln -s ${source()}.real ${source()}`);
    expect(take().stderr).toContain('which is no folder');
    host.must(`rm ${source()} && mv ${source()}.real ${source()}`);
    host.command('stat', 'echo "$3" | cksum');
    expect(take().stderr).toContain('on another file system than');
    expect(readFileSync(join(source(), 'file'), 'utf8')).toBe('mine');
  });
});
