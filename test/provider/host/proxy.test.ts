import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { Service } from './service.ts';
import { type Outcome, TempHost } from './tempHost.ts';

let host: TempHost;
beforeEach(() => {
  host = new TempHost();
});
afterEach(() => host.remove());

const listener = (stack: string, service: string, published: string[] = []) =>
  [
    `listen ${stack}.${service}.80`,
    '    bind @address@:80',
    ...published.map((each) => `    bind ${each.replace('0.0.0.0', '*').replace('::1', '[::1]')}`),
    '    server live 127.0.0.1:@80@',
  ].join('\n');

function listen(stack: string, services: Record<string, string[] | null>): Outcome {
  const adds = Object.entries(services).map(([service, published]) => {
    const content = published ? listener(stack, service, published) : '';
    return `add_service ${stack} ${service} ${(published ?? []).join(' ')} <<'LISTENERS'\n${content}\nLISTENERS`;
  });
  const drop = ['drop_services', stack, ...Object.keys(services)].join(' ');
  return host.run(['begin_listeners', drop, ...adds, 'commit_listeners'].join('\n'));
}

const reloads = () =>
  host
    .file('calls')
    .split('\n')
    .filter((line) => line.includes('reload')).length;

describe('listeners', () => {
  test('of all services are there before any instance: requests to them are held', () => {
    expect(listen('test', { web: ['127.0.0.1:5001'], worker: null }).code).toBe(0);
    expect(host.list('proxies')).toEqual(['test.web.cfg']);
    expect(host.file('proxies', 'test.web.cfg')).toContain(
      'bind 198.19.0.1:80\n    bind 127.0.0.1:5001\n    server live 127.0.0.1:1 weight 2',
    );
    expect(host.file('running', 'test.web.80')).toBe('1');
    expect(host.file('base', 'addresses')).toContain('test worker');
    expect(reloads()).toBe(1);
  });

  test('the proxy is reloaded only for a change, of the declaration or by hand', () => {
    listen('test', { web: [], db: [] });
    listen('test', { web: [], db: [] });
    expect(reloads()).toBe(1);
    host.write('tampered', 'proxies', 'test.db.cfg');
    listen('test', { web: [], db: [] });
    expect(reloads()).toBe(2);
    expect(host.file('proxies', 'test.db.cfg')).toContain('listen test.db.80');
    listen('test', { web: null, db: [] });
    expect([reloads(), host.list('running')]).toEqual([3, ['test.db.80']]);
  });

  test('of a service that never came to be, and is declared no more, nothing is left', () => {
    listen('test', { web: [], db: [] });
    const web = new Service(host, 'rolling');
    web.listen();
    web.create('web-1');
    listen('other', { db: [] });
    expect(listen('test', {})).toMatchObject({ code: 0 });
    expect([host.list('base', 'test'), host.list('proxies')]).toEqual([
      ['web'],
      ['other.db.cfg', 'test.web.cfg'],
    ]);
    expect(host.file('base', 'addresses')).toBe('198.19.0.1 test web\n198.19.0.3 other db');
    expect(host.list('running')).toEqual(['other.db.80', 'test.web.8000']);
  });

  test('a reload that failed is made up for by the next run', () => {
    host.write('', 'reload-fails');
    expect(listen('test', { web: [] }).stderr).toContain('the proxy could not be reloaded');
    host.must('rm "${base%/*}/reload-fails"');
    expect(listen('test', { web: [] }).code).toBe(0);
    expect(host.list('running')).toEqual(['test.web.80']);
  });

  test('a configuration that the proxy refuses is told in its words', () => {
    host.write('', 'invalid');
    expect(listen('test', { web: [] }).stderr).toContain(
      "the proxy's configuration is not valid: unknown keyword",
    );
    expect(reloads()).toBe(0);
  });

  const taken: [string, string, string, boolean][] = [
    ['the same', '127.0.0.1:5001', '127.0.0.1:5001 0.0.0.0:* users:(("nginx",pid=1,fd=3))', true],
    ['all addresses', '127.0.0.1:5001', '0.0.0.0:5001 0.0.0.0:* users:(("nginx",pid=1,fd=3))', true],
    [
      'one where all are wanted',
      '0.0.0.0:5001',
      '127.0.0.1:5001 0.0.0.0:* users:(("nginx",pid=1,fd=3))',
      true,
    ],
    ['IPv6', '::1:5001', '[::1]:5001 [::]:* users:(("nginx",pid=1,fd=3))', true],
    ['another address', '127.0.0.1:5001', '10.0.0.1:5001 0.0.0.0:* users:(("nginx",pid=1,fd=3))', false],
    ['our own', '127.0.0.1:5001', '127.0.0.1:5001 0.0.0.0:* users:(("haproxy",pid=1,fd=3))', false],
  ];
  test.each(taken)('a published port that is taken: %s', (_, published, line, refused) => {
    host.write(`LISTEN 0 4096 ${line}\n`, 'listening');
    const { code, stderr } = listen('test', { web: [published] });
    expect(code).toBe(refused ? 1 : 0);
    if (refused)
      expect(stderr).toContain(`web publishes ${published}, which is taken by another process on the host: `);
  });

  const shared: [string, string, string, boolean][] = [
    ['the same', '127.0.0.1:5001', '127.0.0.1:5001', true],
    ['within all', '0.0.0.0:5001', '127.0.0.1:5001', true],
    ['all', '127.0.0.1:5001', '0.0.0.0:5001', true],
    ['IPv6', '::1:5001', '::1:5001', true],
    ['another port', '127.0.0.1:5001', '127.0.0.1:5002', false],
  ];
  test.each(shared)("another stack's published port: %s", (_, theirs, ours, refused) => {
    expect(listen('other', { web: [theirs] }).code).toBe(0);
    const { code, stderr } = listen('test', { web: [ours] });
    expect(code).toBe(refused ? 1 : 0);
    if (refused)
      expect(stderr).toContain(`web publishes ${ours}, which another stack on the host does as well`);
  });

  test('a port may move from one service of the stack to another', () => {
    listen('test', { a: [], b: ['127.0.0.1:5001'] });
    expect(listen('test', { a: ['127.0.0.1:5001'], b: [] }).code).toBe(0);
  });

  test('while requests are held the proxy is not reloaded, and who they wait for is let in', async () => {
    const web = new Service(host, 'recreate', 'web', 'held');
    web.listen();
    web.create('web-1');
    web.switch('web-1');
    web.park('web-1');
    const before = reloads();
    const waiting = host.begin(
      `begin_listeners\nadd_service test db <<'LISTENERS'\n${listener('test', 'db')}\nLISTENERS\ncommit_listeners`,
    );
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(reloads()).toBe(before);
    expect(web.create('web-2').code).toBe(0);
    expect(web.switch('web-2').code).toBe(0);
    expect((await waiting).code).toBe(0);
    expect(reloads()).toBe(before + 1);
    expect(web.served()).toBe('web-2');
  });
});

describe('switching', () => {
  test('a proxy that does not answer is named', () => {
    const web = new Service(host, 'rolling');
    web.listen();
    web.create('web-1');
    host.write('', 'proxy-down');
    expect(web.switch('web-1').stderr).toContain("the host's proxy does not answer on");
    host.must('rm "${base%/*}/proxy-down"');
    expect(web.switch('web-1').code).toBe(0);
    expect(web.served()).toBe('web-1');
  });

  test('a proxy that does not know the service is no success', () => {
    const web = new Service(host, 'rolling');
    web.listen();
    web.create('web-1');
    host.must('rm "${base%/*}"/running/*');
    expect(web.switch('web-1').stderr).toContain(
      "the host's proxy refused to switch test.web.8000: No such server.",
    );
  });

  test('draining ends when nobody talks to the instance any more, or at its deadline', () => {
    const web = new Service(host, 'rolling');
    web.listen();
    web.create('web-1');
    host.write('ESTAB 0 0 127.0.0.1:20000 127.0.0.1:40000\n', 'established');
    const seconds = (deadline: number) => {
      const begun = Date.now();
      host.must(`use_service test web\ndrain web-1 ${deadline}`);
      return (Date.now() - begun) / 1000;
    };
    expect(seconds(1)).toBeGreaterThan(0.1);
    host.write('', 'established');
    expect(seconds(60)).toBeLessThan(30);
  });
});

describe('while requests are held', () => {
  function held(): Service {
    const web = new Service(host, 'recreate');
    web.listen();
    web.create('web-1');
    web.switch('web-1');
    web.park('web-1');
    return web;
  }

  test('nobody can have the proxy reloaded', () => {
    const web = held();
    const refused = host.run('containerhost reloadable');
    expect(refused.code).toBe(1);
    expect(refused.stderr).toMatch(
      /requests are being held, and a reload may lose them: wait for .*test\/web/,
    );
    web.create('web-2');
    // the successor serves; that its predecessor is not cleared away yet holds nothing
    expect(web.record('parked')).toBe('web-1');
    expect(host.run('containerhost reloadable').code).toBe(0);
  });

  test('streams and answers that have begun get a second of the drain, requests all of it', () => {
    const web = held();
    const seconds = (connection: string) => {
      host.write(`0 0 127.0.0.1:40000 127.0.0.1:20000 ${connection}\n`, 'established');
      const begun = Date.now();
      host.must(`use_service test web\ndrain web-1 4 0`);
      return (Date.now() - begun) / 1000;
    };
    expect(web.running()).toEqual([]);
    expect(seconds('cubic bytes_sent:99 bytes_received:1200')).toBeLessThan(3);
    expect(seconds('cubic bytes_sent:99')).toBeGreaterThan(3);
  });
});

describe('a stack goes', () => {
  const engines = () => {
    for (const engine of ['docker', 'podman', 'setpriv']) host.command(engine, 'exit 0');
    host.command('getent', 'echo cortex:x:1000:1000::/home/cortex:/bin/sh');
  };

  test('with what its services left, and nothing of another', () => {
    engines();
    listen('test', { web: ['127.0.0.1:5001'], worker: null });
    listen('other', { web: [] });
    expect(host.run('forget_stack test cortex')).toMatchObject({ code: 0 });
    expect(host.list('base').filter((name) => ['test', 'other'].includes(name))).toEqual(['other']);
    expect([host.list('proxies'), host.list('running')]).toEqual([['other.web.cfg'], ['other.web.80']]);
    expect(host.file('base', 'addresses')).toBe('198.19.0.3 other web');
    expect(host.run('forget_stack test cortex').code).toBe(0);
  });

  test('not while it has instances', () => {
    engines();
    const web = new Service(host, 'rolling');
    web.listen();
    web.create('web-1');
    expect(host.run('forget_stack test cortex').stderr).toContain('still has instances');
    expect(web.running()).toEqual(['web-1']);
  });
});

test('a record is the old or the new one, and a full disk is told', () => {
  host.must('printf old | replace "$base/record"');
  host.command('cat', 'echo "cat: no space left on device" >&2; exit 1');
  const { code, stderr } = host.run('printf new | replace "$base/record"');
  expect(code).toBe(1);
  expect(stderr).toMatch(/cannot write .*record: is the disk full\?/);
  expect(host.file('base', 'record')).toBe('old');
});

test('what is listed for an operator', () => {
  const web = new Service(host, 'recreate');
  web.listen();
  web.create('web-1');
  web.switch('web-1');
  writeFileSync(join(web.directory, 'parked'), 'web-0');
  expect(host.must('containerhost list').replaceAll(/ +/g, ' ')).toBe('test web serves web-1 parked web-0\n');
  expect(host.run('containerhost nonsense')).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('usage: '),
  });
});
