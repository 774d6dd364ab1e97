import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { Service } from './service.ts';
import { TempHost } from './tempHost.ts';

type Rollout = 'rolling' | 'recreate';

/** `web-1` serves, as after a finished deployment. */
function started(rollout: Rollout): { host: TempHost; web: Service } {
  const host = new TempHost();
  const web = new Service(host, rollout);
  web.listen();
  expect(web.create('web-1')).toMatchObject({ code: 0 });
  expect(web.switch('web-1')).toMatchObject({ code: 0 });
  host.save();
  return { host, web };
}

const hosts = new Map<Rollout, ReturnType<typeof started>>();
let host: TempHost;

function serving(rollout: Rollout): Service {
  const found = hosts.get(rollout) ?? started(rollout);
  hosts.set(rollout, found);
  found.web.rollout = rollout;
  host = found.host;
  host.restore();
  return found.web;
}

beforeEach(() => {
  serving('rolling');
});
afterEach(() => {
  expect(host.file('violations')).toBe('');
});
afterAll(() => {
  for (const found of hosts.values()) found.host.remove();
});

function expectOnly(web: Service, name: string): void {
  expect({
    instances: web.instances(),
    running: web.running(),
    slot: web.record('slot'),
    parked: web.record('parked'),
    served: web.served(),
    timers: web.timers(),
    deadline: web.record('deadline'),
  }).toEqual({
    instances: [name],
    running: [name],
    slot: name,
    parked: '',
    served: name,
    timers: [],
    deadline: '',
  });
}

test('the journal tells what was done to which instance, for the receipt of a deployment', () => {
  const web = serving('recreate');
  host.write('', 'journal');
  web.delete('web-1');
  web.create('web-2');
  web.switch('web-2');
  const lines = host
    .file('journal')
    .replace(/8000=\d+,/g, '8000=<port>,')
    .split('\n');
  expect(lines).toEqual([
    'step create begin test web web-2 docker 8000=<port>,',
    'step park begin test web web-1 docker 8000=<port>,',
    'step park end test web web-1 docker 8000=<port>,',
    'step create end test web web-2 docker 8000=<port>,',
    'step switch end test web web-2 docker 8000=<port>,',
    'step remove begin test web web-1 docker 8000=<port>,',
    'step remove end test web web-1 - -',
  ]);
});

describe('rolling', () => {
  test('the new one is healthy, then it serves, then the old one goes', () => {
    const web = serving('rolling');
    expect(web.create('web-2').code).toBe(0);
    expect([web.served(), web.running()]).toEqual(['web-1', ['web-1', 'web-2']]);
    expect(web.switch('web-2').code).toBe(0);
    expect([web.served(), web.running()]).toEqual(['web-2', ['web-1', 'web-2']]);
    expect(web.delete('web-1').code).toBe(0);
    expectOnly(web, 'web-2');
    expect(web.delete('web-1').code).toBe(0);
  });

  const failures = [
    ['bad-prepare', 'it was refused before it started'],
    ['bad-start', 'it did not start'],
    ['bad-health', 'it was not healthy within 0 s'],
    ['bad-crash', 'it was not healthy within 0 s'],
  ] as const;
  test.each(failures)('%s: taken away, with the reason and its last words', (behaviour, reason) => {
    const web = serving('rolling');
    const { code, stderr } = web.create('web-2', behaviour);
    expect(code).toBe(1);
    expect(stderr).toContain(
      `containerhost: web-2 was taken away again: ${reason}; what served before serves on`,
    );
    expect(stderr).toContain('containerhost-log: last words of web-2');
    expectOnly(web, 'web-1');
  });

  test('what an earlier run left behind goes before anything is allocated', () => {
    const web = serving('rolling');
    expect(web.create('web-2').code).toBe(0);
    const ports = readFileSync(join(web.directory, 'instances/web-2/ports'), 'utf8');
    const reserved = web.reserve('web-3');
    expect(reserved.stderr).toContain(
      'containerhost-progress: removing web-2, which an earlier run left behind',
    );
    expect(web.instances()).toEqual(['web-1', 'web-3']);
    expect(readFileSync(join(web.directory, 'instances/web-3/ports'), 'utf8')).toBe(ports);
  });

  test('a run that was killed between its two steps does not block the next', () => {
    const web = serving('rolling');
    expect(web.reserve('web-2').code).toBe(0);
    expect(web.create('web-3').code).toBe(0);
    expect(web.switch('web-3').code).toBe(0);
    expect(web.delete('web-1').code).toBe(0);
    expectOnly(web, 'web-3');
  });

  test('a switch that was cut short is made up for before the old one goes', () => {
    const web = serving('rolling');
    expect(web.create('web-2').code).toBe(0);
    writeFileSync(join(web.directory, 'slot'), 'web-2');
    expect(web.served()).toBe('web-1');
    expect(web.create('web-3', 'bad-start').code).toBe(1);
    expectOnly(web, 'web-2');
  });

  test('a name of somebody that serves is refused', () => {
    const web = serving('rolling');
    expect(web.create('web-1').stderr).toContain('web-1 is on this host already');
    expectOnly(web, 'web-1');
  });
});

describe('recreate', () => {
  test('delete stops nothing: its successor does, once everything else is ready', () => {
    const web = serving('recreate');
    host.write('', 'calls');
    expect(web.delete('web-1').code).toBe(0);
    expect([web.running(), web.served(), web.record('parked')]).toEqual([['web-1'], 'web-1', '']);
    expect(host.file('calls')).toBe('');
    expect(web.create('web-2').code).toBe(0);
    const verbs = host.file('calls').split('\n');
    expect(verbs.filter((line) => /^(prepare|stop|start) /.test(line))).toEqual([
      'prepare web-2',
      'stop web-1',
      'start web-2',
    ]);
  });

  test('parked: requests are held, nothing runs, boot does not bring it back', () => {
    const web = serving('recreate');
    expect(web.park('web-1').code).toBe(0);
    expect(web.running()).toEqual([]);
    expect(host.list('boot')).toEqual([]);
    expect(web.served()).toBeUndefined();
    expect(host.file('running', 'test.web.8000')).toBe('1');
    expect(host.file('proxies', 'test.web.cfg')).toContain('server live 127.0.0.1:1 weight 2');
    expect(host.file('told').split('\n').pop()).toBe(
      'set server test.web.8000/live addr 127.0.0.1 port 1; set server test.web.8000/live weight 2',
    );
    expect(web.timers()).toEqual(['containerhost-recover-test.web.timer']);
    expect(host.file('timers', 'containerhost-recover-test.web.timer')).toMatch(
      /--on-active=40 .*--property=Restart=on-failure .*\/usr\/local\/sbin\/containerhost recover test web$/,
    );
  });

  test('the new one serves as soon as it is healthy, and the switch clears the parked one away', () => {
    const web = serving('recreate');
    web.delete('web-1');
    expect(web.create('web-2').code).toBe(0);
    expect([web.running(), web.served(), web.record('parked')]).toEqual([['web-2'], 'web-2', 'web-1']);
    expect(host.file('proxies', 'test.web.cfg')).toContain(' weight 1');
    expect(web.switch('web-2').code).toBe(0);
    expectOnly(web, 'web-2');
  });

  test('without a delete before, as on a change of mind, the create parks by itself', () => {
    const web = serving('recreate');
    expect(web.create('web-2').code).toBe(0);
    expect(web.switch('web-2').code).toBe(0);
    expectOnly(web, 'web-2');
  });

  test.each(['bad-prepare', 'bad-start', 'bad-health', 'bad-crash'] as const)(
    '%s: the old one serves again',
    (behaviour) => {
      const web = serving('recreate');
      web.delete('web-1');
      const { code, stderr } = web.create('web-2', behaviour);
      expect(code).toBe(1);
      expect(stderr).toContain(
        behaviour === 'bad-prepare'
          ? '; what served before serves on'
          : '; web-1, its predecessor, serves again',
      );
      expectOnly(web, 'web-1');
      // the engine has forgotten it: whoever serves next clears it away
      expect(web.create('web-3').code).toBe(0);
      expect(web.switch('web-3').code).toBe(0);
      expectOnly(web, 'web-3');
    },
  );

  test('there are not two either when the next one may roll', () => {
    const web = serving('recreate');
    web.delete('web-1');
    web.rollout = 'rolling';
    expect(web.create('web-3').code).toBe(0);
    expect(web.running()).toEqual(['web-3']);
    expect(web.switch('web-3').code).toBe(0);
    expectOnly(web, 'web-3');
  });

  test('neither comes back: said, and the host goes on trying', () => {
    const web = serving('recreate');
    web.delete('web-1');
    writeFileSync(join(web.directory, 'instances/web-1/bad-health'), '');
    expect(web.create('web-2', 'bad-start').stderr).toContain('web-1, its predecessor, did not come back');
    web.expire();
    expect(web.recover().code).toBe(1);
    rmSync(join(web.directory, 'instances/web-1/bad-health'));
    expect(web.recover().code).toBe(0);
    expectOnly(web, 'web-1');
  });

  test('a predecessor that runs without being healthy is stopped before a successor starts', () => {
    const web = serving('recreate');
    web.delete('web-1');
    writeFileSync(join(web.directory, 'instances/web-1/bad-health'), '');
    web.create('web-2', 'bad-start');
    expect(web.running()).toEqual(['web-1']);
    expect(web.create('web-3').code).toBe(0);
    expect(web.switch('web-3').code).toBe(0);
    expectOnly(web, 'web-3');
  });

  test('a parking that was cut short is done again, not taken for done', () => {
    const web = serving('recreate');
    web.park('web-1');
    host.must(`use_service test web\nverb web-1 restore`);
    expect(web.delete('web-1').code).toBe(0);
    expect(web.create('web-2').code).toBe(0);
    expect(web.running()).toEqual(['web-2']);
  });

  test('one that does not stop serves on', () => {
    const web = serving('recreate');
    writeFileSync(join(web.directory, 'instances/web-1/bad-stop'), '');
    web.delete('web-1');
    expect(web.create('web-2').stderr).toMatch(
      /web-2 was taken away again: its predecessor did not stop \(run .*web-1\/stop .*\); web-1, its predecessor, serves again/,
    );
    expectOnly(web, 'web-1');
  });

  test('no room for a record: the deletion fails, so that the engine does not forget who serves', () => {
    const web = serving('recreate');
    const directory = join(web.directory, 'instances/web-1');
    host.command('cat', '[ "$#" -gt 0 ] || exit 1\nexec /bin/cat "$@"');
    const { code, stderr } = web.delete('web-1');
    rmSync(join(host.root, 'bin/cat'));
    expect([code, stderr]).toEqual([
      1,
      expect.stringMatching(/cannot write .*forgotten: is the disk full\?/),
    ]);
    expect(readdirSync(directory).filter((file) => file.startsWith('forgotten'))).toEqual([]);
    expectOnly(web, 'web-1');
  });

  test('no timer, no parking', () => {
    const web = serving('recreate');
    host.write('', 'no-timers');
    web.delete('web-1');
    expect(web.create('web-2').stderr).toMatch(/the host refused the timer .*; what served before serves on/);
    expect([web.running(), web.served(), web.record('parked')]).toEqual([['web-1'], 'web-1', '']);
    expect(web.instances()).toEqual(['web-1']);
  });

  test('a successor that cannot be removed bars the way back: never two', () => {
    const web = serving('recreate');
    web.delete('web-1');
    web.reserve('web-2');
    host.must(`touch ${host.root}/template-test-web/bad-remove`);
    expect(web.start('web-2', 'bad-health').stderr).toContain('instance web-2 could not be removed');
    expect(web.running()).toEqual(['web-2']);
    web.expire();
    expect(web.recover().code).toBe(1);
    rmSync(join(web.directory, 'instances/web-2/bad-remove'));
    expect(web.recover().code).toBe(0);
    expectOnly(web, 'web-1');
  });
});

describe('nobody is left to finish a deployment', () => {
  test('before the deadline nothing happens, and the timer comes again', () => {
    const web = serving('recreate');
    web.park('web-1');
    const { code, stderr } = web.recover();
    expect(code).toBe(1);
    expect(stderr).toContain('web-1 waits for its successor until');
    expect(web.running()).toEqual([]);
  });

  test('killed after the parking: the parked one comes back', () => {
    const web = serving('recreate');
    web.park('web-1');
    web.expire();
    expect(web.recover().code).toBe(0);
    expectOnly(web, 'web-1');
  });

  test('killed while the successor starts: it goes first', () => {
    const web = serving('recreate');
    web.park('web-1');
    web.reserve('web-2');
    web.expire();
    expect(web.recover().code).toBe(0);
    expectOnly(web, 'web-1');
  });

  test('killed before the engine switched: the successor has served already, so it goes on', () => {
    const web = serving('recreate');
    web.delete('web-1');
    web.create('web-2');
    expect(host.file('timers', 'containerhost-recover-test.web.timer')).toContain('--on-active=30 ');
    web.expire();
    expect(web.recover().code).toBe(0);
    expectOnly(web, 'web-2');
    expect(web.switch('web-2').code).toBe(0);
    expectOnly(web, 'web-2');
  });

  test('the connection was lost before the parking: nothing is stopped', () => {
    const web = serving('recreate');
    web.delete('web-1');
    web.desertedBefore = 'start_instance';
    host.write('', 'calls');
    expect(web.create('web-2').code).toBe(1);
    web.desertedBefore = undefined;
    expect(host.file('calls')).not.toMatch(/^(stop|restore) web-1/m);
    expectOnly(web, 'web-1');
  });

  test('the connection was lost after it: the parked one comes back without waiting for the timer', () => {
    const web = serving('recreate');
    web.delete('web-1');
    web.desertedBefore = 'serve_successor';
    expect(web.create('web-2').code).toBe(1);
    web.desertedBefore = undefined;
    expectOnly(web, 'web-1');
    expect(web.create('web-3').code).toBe(0);
    expect(web.switch('web-3').code).toBe(0);
    expectOnly(web, 'web-3');
  });

  test('the reservation was taken back while the deployment paused', () => {
    const web = serving('recreate');
    web.park('web-1');
    web.reserve('web-2');
    web.expire();
    web.recover();
    expect(web.start('web-2').stderr).toContain('web-2 had its addresses taken back');
    expectOnly(web, 'web-1');
  });

  test('after a reboot, at once', () => {
    const web = serving('recreate');
    web.park('web-1');
    web.reserve('web-2');
    expect(web.boot().code).toBe(0);
    expectOnly(web, 'web-1');
    expect(web.start('web-2').stderr).toContain('web-2 had its addresses taken back');
    expect(web.switch('web-2').stderr).toContain('web-2 is not on the host any more');
  });

  test('power was lost between the record of a switch and the proxy: after the boot, what is recorded', () => {
    const web = serving('rolling');
    web.create('web-2');
    writeFileSync(join(web.directory, 'slot'), 'web-2');
    expect(web.served()).toBe('web-1');
    expect(web.boot().code).toBe(0);
    expect([web.served(), web.running()]).toEqual(['web-2', ['web-1', 'web-2']]);
  });

  test('a switch that stopped at the removal of the old one is finished by the next', () => {
    const web = serving('recreate');
    web.park('web-1');
    web.create('web-2');
    writeFileSync(join(web.directory, 'instances/web-1/bad-remove'), '');
    expect(web.switch('web-2').code).toBe(1);
    expect([web.served(), web.timers().length]).toEqual(['web-2', 1]);
    rmSync(join(web.directory, 'instances/web-1/bad-remove'));
    expect(web.create('web-3').code).toBe(0);
    expect(web.switch('web-3').code).toBe(0);
    expectOnly(web, 'web-3');
  });

  test('one service that does not come back keeps no other from it', () => {
    const web = serving('recreate');
    const db = new Service(host, 'recreate', 'db');
    db.listen();
    db.create('db-1');
    db.switch('db-1');
    db.park('db-1');
    web.park('web-1');
    writeFileSync(join(db.directory, 'instances/db-1/bad-health'), '');
    expect(web.boot().code).toBe(1);
    expectOnly(web, 'web-1');
  });
});

test('the service goes: nothing of it is left, whatever state it was in', () => {
  const web = serving('recreate');
  web.delete('web-1');
  web.create('web-2');
  expect(web.deleteSlot().code).toBe(0);
  expect([web.running(), web.timers(), host.list('lo'), host.list('proxies'), host.list('running')]).toEqual([
    [],
    [],
    [],
    [],
    [],
  ]);
  expect(existsSync(web.directory)).toBe(false);
  expect(web.deleteSlot().code).toBe(0);
  expect(web.delete('web-2').code).toBe(0);
  // as the engine has it: the slot goes first, and then its instance
  expect(existsSync(web.directory)).toBe(false);
});

test('what a recovery relies on is on the disk before it is relied on', () => {
  const web = serving('recreate');
  host.command('sync', 'shift; for file; do echo "sync ${file#$root/base/test/web}"; done >>"$root/calls"');
  web.create('web-2');
  web.switch('web-2');
  const calls = host
    .file('calls')
    .split('\n')
    .filter((line) =>
      /^(sync \/(parked|slot|instances\/web-2\/remove)$|(prepare|stop|start|remove) )/.test(line),
    )
    // what is there already costs next to nothing
    .filter((line, nth, all) => line !== all[nth - 1]);
  const prepared = calls.indexOf('prepare web-2');
  expect(calls.slice(0, prepared)).toContain('sync /instances/web-2/remove');
  expect(calls.slice(prepared)).toEqual([
    'prepare web-2',
    'sync /parked',
    'stop web-1',
    'start web-2',
    'sync /slot',
    'remove web-1',
  ]);
});

describe('what a power cut keeps from its place, under a name of its own', () => {
  // no process has the number
  const gone = 2 ** 22 + 1;
  const left = (directory: string, name: string, writer = gone): string => {
    const path = join(directory, `.${name}~${writer}`);
    writeFileSync(path, '17');
    return path;
  };

  test('goes at the next boot, wherever it is, though nothing is parked', () => {
    const web = serving('rolling');
    const data = join(host.base, '.data/test');
    const volume = join(host.srv, 'test/volumes/data');
    for (const directory of [data, volume]) mkdirSync(directory, { recursive: true });
    const files = [
      left(web.directory, 'deadline'),
      left(join(web.directory, 'instances/web-1'), 'ports'),
      left(host.base, 'addresses'),
      left(join(host.root, 'proxies'), 'test.web.cfg'),
      left(data, 'volume.data'),
      left(volume, 'mapping'),
      // a copy of all that an engine's volume holds
      left(join(host.srv, 'test/volumes'), 'carried'),
    ];
    // one whose writer lives, and what nobody of ours has written
    const writer = spawn('bash', ['-c', 'read line; true']);
    const others = [left(web.directory, 'slot', writer.pid), join(volume, '.of~somebody')];
    writeFileSync(others[1] ?? '', '');
    // its number is another's now
    files.push(left(web.directory, 'slot', process.pid));
    expect(web.boot().code).toBe(0);
    writer.stdin.end();
    expect(files.filter((file) => existsSync(file))).toEqual([]);
    expect(others.filter((file) => existsSync(file))).toEqual(others);
    expectOnly(web, 'web-1');
  });

  test('goes with the next change of its service', () => {
    const web = serving('rolling');
    const file = left(web.directory, 'parked');
    web.create('web-2');
    web.switch('web-2');
    web.delete('web-1');
    expect(existsSync(file)).toBe(false);
    expectOnly(web, 'web-2');
  });
});

describe('locks', () => {
  test('a second operation waits for the first', async () => {
    const web = serving('rolling');
    // it goes on once the other service is done: if that waited for it, too, neither would end
    const first = host.begin(
      'use_service test web\ntouch "$base/held"\nuntil grep -qs other "$base/order"; do sleep 1; done\necho "first" >>"$base/order"',
    );
    while (!existsSync(join(host.base, 'held'))) await new Promise((resolve) => setTimeout(resolve, 20));
    const second = host.begin('use_service test web\necho "second" >>"$base/order"');
    const other = await host.begin('use_service test db\necho "other" >>"$base/order"');
    expect(other.code).toBe(0);
    await Promise.all([first, second]);
    expect(host.file('base', 'order')).toBe('other\nfirst\nsecond');
    expectOnly(web, 'web-1');
  });

  test('what a verb leaves running does not keep the lock', async () => {
    const web = serving('rolling');
    const lives = 'nohup /bin/sleep 5 >/dev/null 2>&1 &\necho $! >"$root/child"';
    writeFileSync(join(web.directory, 'instances/web-1/running'), `#!/bin/sh\nroot=${host.root}\n${lives}\n`);
    host.must('use_service test web\nhost_lock\nverb web-1 running');
    try {
      const begun = Date.now();
      host.must('use_service test web\nhost_lock');
      expect(Date.now() - begun).toBeLessThan(2000);
    } finally {
      process.kill(Number(host.file('child')));
    }
  });

  test('a lock that nobody gives back is an error that names it', () => {
    host.command('flock', 'exit 1');
    expect(host.run('use_service test web').stderr).toMatch(
      /another change of web is under way .*locks\/test\.web/,
    );
  });
});

test('a step that fails is named without what it was given', () => {
  const { code, stderr } = host.run(`base64 -d >/nonexistent/x <<'CONTENT'\nc2VjcmV0\nCONTENT`);
  expect(code).toBe(1);
  expect(stderr).toContain('containerhost: a step failed that should not: base64 -d');
  expect(stderr).not.toContain('c2VjcmV0');
});
