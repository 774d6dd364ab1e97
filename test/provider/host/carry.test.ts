import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { idRanges } from '../../../runtimes/idmap.ts';
import { runtimeNames } from '../../../spec/service.ts';
import { TempHost } from './tempHost.ts';

if (process.getuid?.() !== 0) throw new Error('only root may give files away: run this with sudo');

const account = { name: 'cortex', uid: 1000, subuidStart: 100_000 };
const ranges = (engine: 'docker' | 'podman', before = '') =>
  (['uid', 'gid'] as const)
    .flatMap((kind) =>
      idRanges(engine, null, account, kind).map(
        (r) => `${before}${kind} ${r.container} ${r.host} ${r.size}\n`,
      ),
    )
    .join('');
const mappings = runtimeNames.map((engine) => ranges(engine, `${engine} `)).join('');

/** An engine whose volumes are folders; `users` holds who has one. */
const engine = `command=$1
[ "$1" != volume ] || { command=$2; shift; }
shift
for word in "$@"; do name=$word; done
case $command in
ls) ls "$engine" 2>/dev/null; exit 0 ;;
inspect) case $2 in *Driver*) printf 'local 0 ' ;; esac; echo "$engine/$name/_data" ;;
rm) rm -r "$engine/$name" && echo "$name" ;;
ps) cat "$root/users" 2>/dev/null; exit 0 ;;
esac`;

let host: TempHost;
let source: string;
let volume: string;
beforeEach(() => {
  host = new TempHost();
  host.command('docker', `engine=$root/docker\n${engine}`);
  host.command('podman', `engine=$root/podman\n${engine}`);
  host.command('setpriv', 'while [ "$1" != podman ]; do shift; done; exec "$@"');
  host.command('getent', 'echo cortex:x:1000:1000::/home/cortex:/bin/sh');
  volume = join(host.srv, 'test/volumes/state');
  source = plant('docker');
});
afterEach(() => host.remove());

/** An engine's volume with all that a tree can hold. Its root is `root`, its 33 is `other`, on the host. */
function plant(where: 'docker' | 'podman', root = 0, other = 33): string {
  const folder = join(host.root, where, 'old/_data');
  mkdirSync(folder, { recursive: true });
  execFileSync(
    'bash',
    [
      '-euc',
      `cd "$1"
mkdir -m 2770 team; echo root >root; chmod 600 root; echo other >'team/a b'; echo tool >tool; chmod 4755 tool
ln root team/hard; ln -s ../root team/soft; mkfifo team/pipe
truncate -s 20M sparse; printf end >>sparse
chown -h ${root}:${root} . root sparse team/soft team/pipe tool; chown ${other}:${other} team 'team/a b'
chmod 4755 tool
touch -h -d '2001-02-03 04:05:06.789012345' root team/soft 'team/a b'; touch -d '2002-02-02 02:02:02.2' team
setcap cap_net_bind_service+ep tool`,
      'bash',
      folder,
    ],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  return folder;
}

const listing = (folder: string, mapping = '-') =>
  host.must(
    `list_data ${folder} ${mapping} /dev/null | tr '\\0' '\\n'; (cd ${folder}; find . -type f -print0 | sort -z | xargs -0 sha256sum; getcap -r .)`,
  );
const blocks = (folder: string) =>
  Number(execFileSync('stat', ['-c', '%b', join(folder, 'sparse')], { encoding: 'utf8' }));

function carry({ name = 'old', fate = 'keep', killAt = undefined as number | undefined } = {}) {
  return host.run(
    `carry_volume test state ${name} cortex ${fate} <<'MAPPINGS'\n${mappings}MAPPINGS`,
    killAt === undefined ? {} : { killAt },
  );
}
const own = (where: 'docker' | 'podman') =>
  host.must(`own_volume ${volume} 0 0 <<'MAPPING'\n${ranges(where)}MAPPING`);

describe('a volume of Docker', () => {
  test('is carried to Podman and back: owners, modes, times, links, holes and capabilities, and its source stays', () => {
    const before = listing(source);
    expect(carry()).toMatchObject({ code: 0 });
    expect(listing(join(volume, 'data'))).toBe(before);
    expect(blocks(join(volume, 'data'))).toBe(blocks(source));
    expect(blocks(source)).toBeLessThan(100);

    own('podman');
    expect(listing(join(volume, 'data'), join(volume, 'mapping'))).toBe(before);
    expect(listing(join(volume, 'data'))).not.toBe(before);
    own('docker');
    expect(listing(join(volume, 'data'))).toBe(before);
    expect(listing(source)).toBe(before);
    expect(readdirSync(join(volume, '..'))).toEqual(['state']);
    expect(readdirSync(volume).sort()).toEqual(['carried', 'carried-mapping', 'data', 'id', 'mapping']);
  });

  test('is carried once: what was written since stays', () => {
    carry();
    writeFileSync(join(volume, 'data/new'), 'newer');
    expect(carry()).toMatchObject({ code: 0 });
    expect(readFileSync(join(volume, 'data/new'), 'utf8')).toBe('newer');
  });

  test('cut short anywhere, it is begun anew, and never taken for whole', () => {
    const before = listing(source);
    for (let killAt = 5; killAt < 120; killAt += 9) {
      host.must(`rm -rf ${volume}`);
      carry({ killAt });
      if (existsSync(join(volume, 'data'))) expect(listing(join(volume, 'data'))).toBe(before);
      expect(carry()).toMatchObject({ code: 0 });
      expect(listing(join(volume, 'data'))).toBe(before);
      expect(readdirSync(join(volume, '..'))).toEqual(['state']);
    }
  });

  test.each([
    [
      'a full disk',
      () => host.command('cp', "echo 'cp: No space left on device' >&2; exit 1"),
      /is the disk full\?.*\n?.*volume old was not carried: docker has it as it was/,
    ],
    [
      'too little space',
      () => host.command('df', 'printf "Avail\\n1000000\\n"'),
      /no space for a copy of .*: found 0 MiB free/,
    ],
    ['a writer', () => host.write('cortex-engine', 'users'), /in use by cortex-engine: stop it first/],
    [
      'a copy that is not the same',
      () => host.command('cp', `/bin/cp "$@"; for last in "$@"; do :; done; echo x >"$last/root"`),
      /the copy differs from .*root/,
    ],
    [
      'none of that name',
      () => execFileSync('mv', [join(host.root, 'docker/old'), join(host.root, 'docker/new')]),
      /no volume old in Docker, or in Podman of cortex/,
    ],
    ['one in each engine', () => plant('podman', 1000, 100_032), /the volume old is in Docker and in Podman/],
    ['an engine that does not answer', () => host.command('docker', 'exit 1'), /docker does not answer/],
  ])('%s: refused, and nothing is left of it', (_, spoil, expected) => {
    spoil();
    const { code, stderr } = carry();
    expect([code, stderr]).toEqual([1, expect.stringMatching(expected)]);
    expect(readdirSync(join(volume, '..'))).toEqual([]);
  });

  test('is not carried over data that the stack has', () => {
    mkdirSync(join(volume, 'data'), { recursive: true });
    writeFileSync(join(volume, 'data/mine'), '');
    expect(carry().stderr).toContain('volume state of the stack has data already');
    expect(readdirSync(join(volume, 'data'))).toEqual(['mine']);
  });

  test('nor while the disk that has the newer data is not mounted', () => {
    mkdirSync(join(host.base, '.data/test'), { recursive: true });
    writeFileSync(join(host.base, '.data/test/volume.state'), '{}');
    expect(carry().stderr).toContain('is the disk mounted');
    expect(existsSync(volume)).toBe(false);
  });
});

describe('a volume of rootless Podman', () => {
  test('is carried to Docker: its owners are those that its containers saw', () => {
    host.must(`rm -r ${host.root}/docker`);
    const docker = plant('docker');
    const seen = listing(docker);
    host.must(`rm -r ${host.root}/docker`);
    plant('podman', 1000, 100_032);
    expect(carry()).toMatchObject({ code: 0 });
    own('docker');
    const timeless = (text: string) => text.replace(/ \d+\.\d+ /g, ' ');
    expect(timeless(listing(join(volume, 'data')))).toBe(timeless(seen));
  });
});

describe('the source', () => {
  test('goes when the stack says so, after it was carried, and if nothing was written into it since', () => {
    expect(carry({ fate: 'remove' }).stderr).toContain('was not carried yet, found x-source: remove');
    expect(carry()).toMatchObject({ code: 0 });
    writeFileSync(join(source, 'late'), '');
    expect(carry({ fate: 'remove' }).stderr).toContain(
      "docker's volume old was written since it was carried",
    );
    expect(existsSync(join(source, 'late'))).toBe(true);
    host.must('containerhost carried test state');
    host.write('cortex-engine', 'users');
    expect(carry({ fate: 'remove' }).stderr).toContain('in use by cortex-engine: remove it first');
    host.must(`rm ${host.root}/users`);
    expect(carry({ fate: 'remove' })).toMatchObject({ code: 0 });
    expect(existsSync(join(host.root, 'docker/old'))).toBe(false);
    expect(carry({ fate: 'remove' })).toMatchObject({ code: 0 });
  });

  test('is kept where the data that was carried is gone', () => {
    carry();
    host.must(`rm -r ${volume}/data/*`);
    expect(carry({ fate: 'remove' }).stderr).toContain('it is not removed');
  });
});

describe('the way back', () => {
  test('takes what was written since with it, and keeps what was there before', () => {
    const old = listing(source);
    carry();
    own('podman');
    host.must(`echo new >${volume}/data/new; chown 100032:1000 ${volume}/data/new`);
    const said = host.must('containerhost carry-back test state');
    const kept = /is kept as (.*)/.exec(said)?.[1] ?? '';
    expect(listing(kept)).toBe(old);
    expect(listing(source)).toBe(listing(join(volume, 'data'), join(volume, 'mapping')));
    expect(execFileSync('stat', ['-c', '%u:%g', join(source, 'new')], { encoding: 'utf8' })).toBe('33:0\n');
    expect(host.must('read_carried test')).toBe('');

    // written by the old way of running it, and carried in again
    writeFileSync(join(source, 'newest'), '');
    expect(carry()).toMatchObject({ code: 0 });
    expect(existsSync(join(volume, 'data/newest'))).toBe(true);
    expect(readdirSync(join(volume, '..')).filter((name) => name.startsWith('state.'))).toHaveLength(1);
    expect(host.must('read_carried test')).toBe('state\n');
  });

  test('is refused where both have newer data, and while an instance runs', () => {
    carry();
    writeFileSync(join(source, 'late'), '');
    expect(host.run('containerhost carry-back test state').stderr).toContain('both have newer data');
    const instance = join(host.base, 'test/web/instances/web-1');
    mkdirSync(instance, { recursive: true });
    writeFileSync(join(instance, 'volumes'), `rw 0 0 ${volume}\n`);
    writeFileSync(join(instance, 'running'), '#!/bin/sh\nexit 0\n', { mode: 0o755 });
    expect(host.run('containerhost carry-back test state').stderr).toContain('web-1 has the volume and runs');
  });

  test('cut short anywhere, it is done again, and the engine has its volume', () => {
    carry();
    writeFileSync(join(volume, 'data/new'), 'newer');
    const before = listing(join(volume, 'data'));
    for (let killAt = 20; killAt < 220; killAt += 20) {
      host.run('containerhost carry-back test state', { killAt });
      if (!existsSync(join(volume, 'returned'))) host.must('containerhost carry-back test state');
      expect(listing(source)).toBe(before);
      host.must(`rm ${volume}/returned; containerhost carried test state`);
    }
  });
});
