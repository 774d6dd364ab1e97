import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { idRanges } from '../../../runtimes/idmap.ts';
import type { RuntimeName } from '../../../spec/service.ts';
import { Service } from './service.ts';
import { TempHost } from './tempHost.ts';

if (process.getuid?.() !== 0) throw new Error('only root may give files away: run this with sudo');

const account = { name: 'cortex', uid: 1000, subuidStart: 100_000 };

function mapping(runtime: RuntimeName): string {
  return (['uid', 'gid'] as const)
    .flatMap((kind) =>
      idRanges(runtime, null, account, kind).map((r) => `${kind} ${r.container} ${r.host} ${r.size}\n`),
    )
    .join('');
}

const MiB = 1024 * 1024;
let host: TempHost;
let volume: string;
let web: Service;
const data = (...path: string[]) => join(volume, 'data', ...path);

/** What an instance of `service` has, that writes (or only reads) the volume under this runtime. */
function records(runtime: RuntimeName, { use = 'rw', limit = MiB } = {}): Record<string, string> {
  const mounts = JSON.stringify([{ source: data(), target: '/data', use }]);
  const { host: root = 0 } = idRanges(runtime, null, account, 'uid')[0] ?? {};
  return {
    volumes: `${use} ${root} ${root} ${volume}\n`,
    mapping: mapping(runtime),
    data: `volume\t${use}\t${limit}\t${volume}\t${mounts}\n`,
  };
}

interface Known {
  directory: string;
  instance: string;
  before: Record<string, unknown> | null;
  after: Record<string, unknown>;
}

const known = () =>
  host
    .must('containerhost data test')
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Known);

beforeEach(() => {
  host = new TempHost();
  host.command('docker', 'exit 1');
  volume = join(host.srv, 'test/volumes/state');
  mkdirSync(join(volume, '..'), { recursive: true });
  web = new Service(host, 'recreate');
  web.listen();
});
afterEach(() => {
  expect(host.file('violations')).toBe('');
  host.remove();
});

/** `web-1` serves and has written three files, one of them as another user. */
function serving(runtime: RuntimeName = 'docker', options: { limit?: number } = {}): void {
  web.give(records(runtime, options));
  expect(web.create('web-1')).toMatchObject({ code: 0 });
  expect(web.switch('web-1')).toMatchObject({ code: 0 });
  writeFileSync(data('a'), 'one');
  mkdirSync(data('folder'));
  writeFileSync(data('folder/b'), 'two');
  execFileSync('cp', ['-p', data('folder/b'), data('folder/c')]);
  host.must(`chown 999:33 ${data('folder/c')}`);
}

/** An instance that is not run, with its data. */
function planted(): string {
  return `mkdir -p ${data('folder')}; echo one >${data('a')}; echo two >${data('folder/b')}; cp -p ${data('folder/b')} ${data('folder/c')}
printf '%s' '${mapping('docker')}' >${volume}/mapping; echo first >${volume}/id
use_service test web; mkdir -p "$(instance_dir web-1)"; cp ${host.root}/template-test-web/* "$(instance_dir web-1)"`;
}

function expectServes(name: string): void {
  expect([web.running(), web.served(), web.record('slot'), web.record('parked'), web.record('data')]).toEqual(
    [[name], name, name, '', ''],
  );
}

/** What a creation does before its successor starts. */
function park(name: string): void {
  host.must(`use_service test web\narm 40\npark ${name}`);
}

/** As the engine replaces: delete parks, create starts, the slot is switched. */
function replace(name: string, old: string): { code: number; stderr: string } {
  const deleted = web.delete(old);
  if (deleted.code !== 0) return deleted;
  const created = web.create(name);
  return created.code === 0 ? web.switch(name) : created;
}

test('no room to say what there was: the old one serves again', () => {
  serving();
  web.give(records('podman'));
  expect(web.delete('web-1')).toMatchObject({ code: 0 });
  // what is kept of the data, and nothing else
  host.command('cat', 'case $(readlink /proc/$$/fd/1) in */.data/*) exit 1 ;; esac\nexec /bin/cat "$@"');
  const { code, stderr } = web.create('web-2');
  rmSync(join(host.root, 'bin/cat'));
  expect(code).toBe(1);
  expect(stderr).toMatch(/cannot write .*\.data\/test\/volume\.state: is the disk full\?/);
  expect(stderr).toContain('web-2 was taken away again');
  expectServes('web-1');
});

describe('a flip with all of its data', () => {
  test('goes through, both ways, and says what was there before and after', () => {
    serving();
    web.give(records('podman'));
    expect(replace('web-2', 'web-1')).toMatchObject({ code: 0 });
    expectServes('web-2');
    const [under] = known();
    expect(under).toMatchObject({
      directory: volume,
      instance: 'web-2',
      before: { owner: '0:0', mode: '755', entries: 4, files: 3, bytes: 9, empty: false },
    });
    expect(under?.after).toEqual(under?.before);
    expect(under?.after.id).toMatch(/^[0-9a-f-]{36}$/);
    expect(under?.after.contents).toMatch(/^[0-9a-f]{64}$/);

    host.must(`echo 'written between the flips' >${data('new')}; chown 1000:1000 ${data('new')}`);
    web.give(records('docker'));
    expect(replace('web-3', 'web-2')).toMatchObject({ code: 0 });
    expectServes('web-3');
    expect(known()[0]?.after).toMatchObject({ id: under?.after.id, files: 4 });
  });

  test('contents are left out where there is more than the limit; names, sizes, times, owners and modes are not', () => {
    serving('docker', { limit: 9 });
    expect(replace('web-2', 'web-1')).toMatchObject({ code: 0 });
    expect(known()[0]?.before).toMatchObject({ files: 3, bytes: 9, contents: null });
    expect(known()[0]?.before?.metadata).toMatch(/^[0-9a-f]{64}$/);
  });
});

describe('what is noticed while nobody should write', () => {
  // each as root would do it in the volume's folder
  const tampering: [string, string, RegExp][] = [
    ['a file is gone', 'rm data/a', /files 2, expected 3/],
    ['a file is new', 'echo >data/z', /files 4, expected 3/],
    ['a time differs', 'touch -d @5 data/folder/b', /times, owners or modes of files differ$/m],
    ['an owner differs', 'chown 5 data/a', /owners or modes of files differ$/m],
    ['a mode differs', 'chmod 600 data/a', /owners or modes of files differ$/m],
    [
      'contents differ, of the same size and time',
      'touch -r data/a t; echo ONE >data/a; touch -r t data/a',
      /: contents of files differ$/m,
    ],
    ["the folder's own mode", 'chmod 700 data', /mode 700, expected 755/],
    ["the folder's own owner", 'chown 7:7 data', /owner 7:7, expected 0:0/],
    ['everything is gone', 'rm -r data/*', /it is empty, entries 0, expected 4/],
    [
      'the folder is gone',
      'rm -r data',
      /found nothing there, expected what its predecessor left \(3 files\)/,
    ],
    ['an empty volume', 'rm -r * && mkdir data', /it is empty, id missing, expected first/],
    ['a copy in its place', 'mv data old && cp -a old data', /inode \d+, expected \d+$/m],
  ];
  test.each(tampering)('%s', (_, tamper, expected) => {
    web.give(records('docker'));
    host.must(`${planted()}\nrecord_data web-1; compare_data web-1`);
    const { code, stderr } = host.run(
      `use_service test web; (cd ${volume}; ${tamper}); compare_data web-1 || fail "$data_problems"`,
    );
    expect([code, stderr]).toEqual([1, expect.stringMatching(expected)]);
  });

  test('the flip is refused, and the old instance serves', () => {
    serving();
    park('web-1');
    rmSync(data('a'));
    // what was left is not measured again by whoever parks once more
    park('web-1');
    const { code, stderr } = web.create('web-2');
    expect([code, stderr]).toEqual([
      1,
      expect.stringMatching(/files 2, expected 3.*; web-1, its predecessor, serves again/),
    ]);
    expect(web.instances()).toEqual(['web-1']);
    expectServes('web-1');
  });

  test('after a failure the old one writes on, and the next flip measures anew', () => {
    serving();
    expect(web.delete('web-1')).toMatchObject({ code: 0 });
    expect(web.create('web-2', 'bad-health')).toMatchObject({ code: 1 });
    writeFileSync(data('a'), 'written by the old one, which serves again');
    expect(replace('web-3', 'web-1')).toMatchObject({ code: 0 });
    expectServes('web-3');
  });
});

describe('what is noticed before anything is stopped', () => {
  const planting: [string, string, RegExp][] = [
    [
      'an empty volume',
      'rm -r * && mkdir data',
      /a foreign one \(without an id\), expected id first, with 3 files/,
    ],
    [
      'an empty folder in it',
      'mv data old && mkdir data',
      /another folder in its place \(inode \d+, empty\), expected inode \d+/,
    ],
    ["another one's", 'echo other >id', /volume state .*: found a foreign one \(id other\)/],
    ['nothing', 'rm -r data', /found nothing there, expected the one with id first, with 3 files; .*findmnt/],
    ['no files', 'rm -r data/*', /found it empty, expected data, with 3 files/],
  ];
  test.each(planting)('%s', (_, plant, expected) => {
    web.give(records('docker'));
    host.must(`${planted()}\nrecord_data web-1; compare_data web-1; take_data web-1; expect_data web-1`);
    const { code, stderr } = host.run(
      `use_service test web; (cd ${volume}; ${plant}); expect_data web-1 || fail "$data_problems"`,
    );
    expect([code, stderr]).toEqual([1, expect.stringMatching(expected)]);
  });

  test('the old one never stops, until an operator accepts what is there', () => {
    serving();
    renameSync(data(), join(volume, 'away'));
    mkdirSync(data());
    const { code, stderr } = web.delete('web-1');
    expect([code, stderr]).toEqual([1, expect.stringContaining('web-1 was not stopped and serves on')]);
    // nor by a creation that comes without the delete before it
    expect(web.create('web-2')).toMatchObject({ code: 1 });
    expect(host.file('calls')).not.toContain('stop web-1');
    expectServes('web-1');

    host.must('containerhost data test accept volume.state');
    expect(replace('web-3', 'web-1')).toMatchObject({ code: 0 });
    expectServes('web-3');
    expect(readdirSync(join(host.base, '.data/test'))).toEqual(['volume.state']);
  });

  test('a lost volume is not made anew for an instance that comes back after a boot', () => {
    serving();
    park('web-1');
    renameSync(volume, `${volume}.away`);
    expect(web.boot().stderr).toContain('is the disk mounted');
    expect(readdirSync(join(volume, '..'))).toEqual(['state.away']);
    renameSync(`${volume}.away`, volume);
    expect(web.boot()).toMatchObject({ code: 0 });
    expectServes('web-1');
  });

  test('to accept what is not known names what is', () => {
    serving();
    const { code, stderr } = host.run('containerhost data test accept state');
    expect(code).toBe(1);
    expect(stderr).toContain('nothing is known of state in test: volume.state');
  });
});

describe('what may change', () => {
  test('a service that writes while another one moves', () => {
    serving();
    const other = new Service(host, 'recreate', 'editor');
    other.listen();
    other.give(records('docker'));
    expect(other.create('editor-1')).toMatchObject({ code: 0 });
    expect(other.switch('editor-1')).toMatchObject({ code: 0 });
    park('web-1');
    writeFileSync(data('a'), 'by the editor');
    rmSync(data('folder/b'));
    expect(web.create('web-2')).toMatchObject({ code: 0 });
    expect(web.switch('web-2')).toMatchObject({ code: 0 });
    expectServes('web-2');
  });

  test('who only reads does not look at what a writer does', () => {
    serving();
    const reader = new Service(host, 'rolling', 'reader');
    reader.listen();
    reader.give(records('podman', { use: 'ro' }));
    expect(reader.create('reader-1')).toMatchObject({ code: 0 });
    expect(reader.switch('reader-1')).toMatchObject({ code: 0 });
    writeFileSync(data('a'), 'more');
    expect(reader.create('reader-2')).toMatchObject({ code: 0 });
    expect(reader.switch('reader-2')).toMatchObject({ code: 0 });
  });

  test("files of the project, delivered between the old one's end and the new one's start", () => {
    volume = join(host.srv, 'test/projects/knowledge-abc123');
    const line = `project\trw\t${MiB}\t${volume}\t${JSON.stringify([{ source: data(), target: '/k', use: 'rw' }])}\n`;
    web.give({ ...records('docker'), data: line });
    const deliver = (digest: string) =>
      host.must(
        `mkdir -p ${host.root}/p; echo ${digest} >${host.root}/p/f; tar -C ${host.root}/p -cf - . | deliver_project ${volume} ${digest} 0 0`,
      );
    deliver('d1');
    expect(web.create('web-1')).toMatchObject({ code: 0 });
    expect(web.switch('web-1')).toMatchObject({ code: 0 });
    park('web-1');
    deliver('d2');
    expect(web.create('web-2')).toMatchObject({ code: 0 });
    expect(web.switch('web-2')).toMatchObject({ code: 0 });
    expect(known()[0]?.before).toMatchObject({ delivery: 'd1', files: 1 });
  });
});

describe('a folder of the host', () => {
  test('its owner is another one in the other runtime: refused, and the old one serves', () => {
    const folder = join(host.root, 'spool');
    mkdirSync(folder);
    const line = (use: string) =>
      `host\t${use}\t${MiB}\t${folder}\t${JSON.stringify([{ source: folder, target: '/s', use }])}\n`;
    web.give({ volumes: '', mapping: mapping('docker'), data: line('rw') });
    expect(web.create('web-1')).toMatchObject({ code: 0 });
    expect(web.switch('web-1')).toMatchObject({ code: 0 });
    writeFileSync(join(folder, 'written'), 'by anybody');
    web.give({ mapping: mapping('podman') });
    expect(replace('web-2', 'web-1').stderr).toContain(
      `${folder} (${folder}): owner nobody:nobody, expected 0:0`,
    );
    expectServes('web-1');
    host.must(`chown 1000:1000 ${folder}`);
    web.give({ mapping: mapping('docker') });
    expect(replace('web-3', 'web-1')).toMatchObject({ code: 0 });
  });
});

describe('what the container really sees', () => {
  /** A process with mounts of its own, as a container is one. */
  function container(mounts: string): { pid: number; kill(): void } {
    const child = spawn('unshare', ['--mount', 'sh', '-c', `${mounts}; echo ready; exec sleep 60`], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    host.command('docker', `echo ${child.pid}`);
    execFileSync('sh', [
      '-c',
      `for i in $(seq 100); do grep -q ' /mnt ' /proc/${child.pid}/mountinfo && exit; sleep 0.05; done; exit 1`,
    ]);
    return { pid: child.pid ?? 0, kill: () => child.kill('SIGKILL') };
  }
  const at = (use: string) => {
    const mounts = JSON.stringify([{ source: data(), target: '/mnt', use }]);
    return { ...records('docker'), data: `volume\trw\t${MiB}\t${volume}\t${mounts}\n` };
  };

  test.each([
    ['the folder, writable', () => `mount --bind ${data()} /mnt`, undefined],
    [
      'the folder, read-only',
      () => `mount --bind ${data()} /mnt && mount -o remount,bind,ro /mnt`,
      /does not see .*\/state\/data at \/mnt \(rw\)/,
    ],
    ['another folder', () => `mount --bind ${host.root} /mnt`, /does not see/],
  ])('%s', (_, mounts, expected) => {
    mkdirSync(data(), { recursive: true });
    web.give(at('rw'));
    const process = container(mounts());
    try {
      const { code, stderr } = web.create('web-1');
      expect(stderr).toMatch(expected ?? /^$/);
      expect(code).toBe(expected ? 1 : 0);
      expect(web.running()).toEqual(expected ? [] : ['web-1']);
    } finally {
      process.kill();
    }
  });

  test('other ids than its files are owned by', () => {
    mkdirSync(data(), { recursive: true });
    web.give({ ...at('rw'), mapping: mapping('podman') });
    const process = container(`mount --bind ${data()} /mnt`);
    try {
      expect(web.create('web-1').stderr).toContain("the container's uid 0 is another one on the host");
    } finally {
      process.kill();
    }
  });
});

describe('the digest of a tree', () => {
  const name = fc.constantFrom('a', 'b c', 'new\nline', 'tab\t', '-rf', '\u2028', "'", '*', '\\');
  const id = fc.constantFrom(0, 1, 33, 999, 1000, 65_535);
  const file = fc.record({ name, uid: id, gid: id, hard: fc.boolean() });

  test('is the same under both runtimes, and another one for another owner', () => {
    fc.assert(
      fc.property(fc.uniqueArray(file, { selector: (f) => f.name, minLength: 1, maxLength: 6 }), (files) => {
        rmSync(volume, { recursive: true, force: true });
        mkdirSync(data(), { recursive: true });
        writeFileSync(join(volume, 'mapping'), mapping('docker'));
        writeFileSync(join(host.root, 'podman'), mapping('podman'));
        const lines = files.map(({ name: each, uid, gid, hard }) => {
          writeFileSync(data(each), each);
          const word = `'${data(each).replaceAll("'", `'\\''`)}'`;
          return `chown ${uid}:${gid} ${word}${hard ? `; ln ${word} ${word}.2` : ''}`;
        });
        const measure = () => host.must(`measure_data volume ${volume} ${volume}/mapping contents ${MiB}`);
        host.must(lines.join('\n'));
        const docker = measure();
        host.must(`own_volume ${volume} 0 0 <${host.root}/podman`);
        expect(measure()).toBe(docker);
        const [first] = files;
        host.must(`chown 100500 '${data(first?.name ?? '').replaceAll("'", `'\\''`)}'`);
        expect(JSON.parse(measure()).metadata).not.toBe(JSON.parse(docker).metadata);
      }),
      { interruptAfterTimeLimit: 3000, numRuns: 200, markInterruptAsFailure: false },
    );
  });

  test('tells a hard link from a copy', () => {
    mkdirSync(data(), { recursive: true });
    writeFileSync(data('a'), 'x');
    host.must(`ln ${data('a')} ${data('b')}`);
    const linked = JSON.parse(host.must(`measure_data volume ${volume} - contents ${MiB}`));
    host.must(`cp -p ${data('a')} ${data('c')} && mv ${data('c')} ${data('b')}`);
    const copied = JSON.parse(host.must(`measure_data volume ${volume} - contents ${MiB}`));
    expect([
      linked.bytes,
      copied.bytes,
      linked.contents === copied.contents,
      linked.metadata === copied.metadata,
    ]).toEqual([1, 2, true, false]);
    expect(readFileSync(data('b'), 'utf8')).toBe('x');
  });
});
