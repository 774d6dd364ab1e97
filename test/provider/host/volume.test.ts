import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { idRanges } from '../../../runtimes/idmap.ts';
import type { RuntimeName } from '../../../spec/service.ts';
import { TempHost } from './tempHost.ts';

// Owners of files are real.
if (process.getuid?.() !== 0) throw new Error('only root may give files away: run this with sudo');

let host: TempHost;
let volume: string;
beforeEach(() => {
  host = new TempHost();
  volume = join(host.srv, 'data');
});
afterEach(() => host.remove());

const account = { name: 'cortex', uid: 1000, subuidStart: 100_000 };
type User = { uid: number; gid: number } | null;

function mapping(runtime: RuntimeName, user: User): string {
  const lines = (['uid', 'gid'] as const).flatMap((kind) =>
    idRanges(runtime, user, account, kind).map((r) => `${kind} ${r.container} ${r.host} ${r.size}\n`),
  );
  return lines.join('');
}

function own(runtime: RuntimeName, user: User = null): string {
  return `own_volume ${volume} 0 0 <<'MAPPING'\n${mapping(runtime, user)}MAPPING`;
}

/** Every file by its path, with what a shift may change and what it may not. */
function tree(directory: string): Record<string, string> {
  const found: Record<string, string> = {};
  const visit = (path: Buffer, name: string) => {
    const stat = lstatSync(path);
    const content = stat.isSymbolicLink()
      ? readlinkSync(path)
      : stat.isFile()
        ? readFileSync(path, 'utf8')
        : '';
    found[name] = [stat.uid, stat.gid, stat.mode.toString(8), stat.mtimeMs, content].join(' ');
    if (!stat.isDirectory()) return;
    for (const entry of readdirSync(path, { encoding: 'buffer' })) {
      visit(Buffer.concat([path, Buffer.from('/'), entry]), `${name}/${entry.toString('latin1')}`);
    }
  };
  visit(Buffer.from(join(directory, 'data')), '.');
  return found;
}

function owners(): Record<string, string> {
  return Object.fromEntries(
    Object.entries(tree(volume)).map(([name, entry]) => [name, entry.split(' ', 2).join(':')]),
  );
}

interface Node {
  name: string;
  kind: 'file' | 'folder' | 'link' | 'hard';
  uid: number;
  gid: number;
  mode: number;
}

const id = fc.oneof(fc.constantFrom(0, 1, 999, 1000, 1001, 65_535), fc.integer({ min: 0, max: 65_535 }));
const node: fc.Arbitrary<Node> = fc.record({
  name: fc.oneof(
    fc.constantFrom(
      '-rf',
      ' ',
      'a b',
      'new\nline',
      '"',
      "'",
      '$(x)',
      '*',
      '\\',
      'é',
      '\u2028',
      '--',
      'tab\t',
    ),
    fc.stringMatching(/^[a-z]{1,4}$/),
  ),
  kind: fc.constantFrom('file', 'file', 'folder', 'link', 'hard'),
  uid: id,
  gid: id,
  mode: fc.constantFrom(0o644, 0o600, 0o4755, 0o2755, 0o6711, 0o1777, 0o000, 0o2770),
});

/** Makes the nodes in the volume, each beside the one before or inside it; bash, so that chown is the host's. */
function plant(nodes: Node[]): string {
  const word = (text: string) => `'${text.replaceAll("'", `'\\''`)}'`;
  const lines = [
    `mkdir -p ${volume}/data`,
    `printf '%s' ${word(mapping('docker', null))} >${volume}/mapping`,
    `cd ${volume}/data`,
  ];
  for (const { name, kind, uid, gid, mode } of nodes) {
    const path = word(`./${name}`);
    const octal = mode.toString(8);
    lines.push(`if [ ! -e ${path} ] && [ ! -L ${path} ]; then`);
    if (kind === 'link') lines.push(`ln -s /etc/passwd ${path}; chown -h ${uid}:${gid} ${path}`);
    else if (kind === 'hard')
      lines.push(
        `echo hard >${path}; chown ${uid}:${gid} ${path}; chmod ${octal} ${path}; ln ${path} ${path}.2 2>/dev/null || true`,
      );
    else if (kind === 'folder')
      lines.push(`mkdir ${path}; chown ${uid}:${gid} ${path}; chmod ${octal} ${path}; cd ${path}`);
    else lines.push(`echo content >${path}; chown ${uid}:${gid} ${path}; chmod ${octal} ${path}`);
    lines.push('fi');
  }
  return lines.join('\n');
}

function fresh(): void {
  host.must(`rm -rf ${volume}`);
}

describe('the owners of a volume', () => {
  test('a new one belongs to the service', () => {
    host.must(
      `own_volume ${volume} 1000 1000 <<'MAPPING'\n${mapping('podman', { uid: 1000, gid: 1000 })}MAPPING`,
    );
    expect(owners()).toEqual({ '.': '1000:1000' });
    expect(readFileSync(join(volume, 'mapping'), 'utf8')).toBe(mapping('podman', { uid: 1000, gid: 1000 }));
  });

  test('root and the others of a container have other numbers under Podman', () => {
    host.must(
      `${plant([
        { name: 'root', kind: 'file', uid: 0, gid: 0, mode: 0o644 },
        { name: 'user', kind: 'file', uid: 1000, gid: 33, mode: 0o4755 },
      ])}\n${own('podman')}`,
    );
    expect(owners()).toEqual({ '.': '1000:1000', './root': '1000:1000', './user': '100999:100032' });
    expect(lstatSync(join(volume, 'data/user')).mode & 0o7777).toBe(0o4755);
    expect(readdirSync(volume).sort()).toEqual(['data', 'mapping']);
  });

  const users: User[] = [null, { uid: 1000, gid: 1000 }, { uid: 7, gid: 65_535 }];
  test('Docker to Podman and back is as it was, whatever is in it', () => {
    fc.assert(
      fc.property(fc.array(node, { maxLength: 10 }), fc.constantFrom(...users), (nodes, user) => {
        fresh();
        host.must(plant(nodes));
        const before = tree(volume);
        host.must(`${own('podman', user)}\n${own('podman', user)}`);
        const under = tree(volume);
        expect(Object.keys(under)).toEqual(Object.keys(before));
        host.must(own('docker', user));
        expect(tree(volume)).toEqual(before);
      }),
      { interruptAfterTimeLimit: 2000, numRuns: 1000, markInterruptAsFailure: false },
    );
  });

  test('cut short anywhere, the next run finishes it, whichever way it then goes', () => {
    const nodes = fc.array(node, { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(nodes, fc.integer({ min: 1, max: 60 }), fc.boolean(), (planted, killAt, back) => {
        fresh();
        host.must(plant(planted));
        const before = tree(volume);
        host.run(own('podman'), { killAt });
        if (!back) host.must(own('podman'));
        host.must(own('docker'));
        expect(tree(volume)).toEqual(before);
        expect(readdirSync(volume).sort()).toEqual(['data', 'mapping']);
      }),
      { interruptAfterTimeLimit: 2000, numRuns: 1000, markInterruptAsFailure: false },
    );
  });

  test('cut short right after its last step', () => {
    host.must(plant([{ name: 'a', kind: 'file', uid: 5, gid: 5, mode: 0o644 }]));
    const before = tree(volume);
    host.must(own('podman'));
    mkdirSync(join(volume, 'shift'));
    writeFileSync(join(volume, 'shift/plan'), '5 5 100004 100004\n');
    writeFileSync(join(volume, 'shift/5.5'), `${volume}/data/a\0`);
    writeFileSync(join(volume, 'shift/modes'), '');
    host.must(own('docker'));
    expect(tree(volume)).toEqual(before);
  });

  test('cut short while its plan is cleared away', () => {
    host.must(plant([{ name: 'a', kind: 'file', uid: 5, gid: 5, mode: 0o644 }]));
    const before = tree(volume);
    host.must(own('podman'));
    host.command('rm', 'for last; do :; done; [ ! -e "$last/plan" ] || kill -9 0; exec /bin/rm "$@"');
    host.run(own('docker'));
    expect(readdirSync(volume).filter((name) => name.startsWith('.shift~'))).toHaveLength(1);
    host.must('/bin/rm "${base%/*}/bin/rm"');
    host.must(own('docker'));
    expect(tree(volume)).toEqual(before);
    expect(readdirSync(volume).sort()).toEqual(['data', 'mapping']);
  });

  test('an owner that the other runtime has no number for: refused before anything changed', () => {
    host.must(
      `${plant([
        { name: 'a', kind: 'file', uid: 0, gid: 0, mode: 0o644 },
        { name: 'b', kind: 'file', uid: 70_000, gid: 0, mode: 0o644 },
      ])}`,
    );
    const before = tree(volume);
    const { code, stderr } = host.run(own('podman'));
    expect(code).not.toBe(0);
    expect(stderr).toContain('owner 70000:0 has no place in the other runtime');
    expect(tree(volume)).toEqual(before);
  });

  test('a step that fails is not taken for done', () => {
    host.must(plant([{ name: 'a', kind: 'file', uid: 0, gid: 0, mode: 0o644 }]));
    const before = tree(volume);
    host.command('chown', 'exit 1');
    // as start_instance calls it: where bash's own stop at errors is off
    const { code, stdout } = host.run(`${own('podman').replace('<<', '|| { echo refused; exit 3; } <<')}\n`);
    expect([code, stdout]).toEqual([3, 'refused\n']);
    expect(readFileSync(join(volume, 'mapping'), 'utf8')).toBe(mapping('docker', null));
    host.must('rm "${base%/*}/bin/chown"');
    host.must(own('docker'));
    expect(tree(volume)).toEqual(before);
  });

  test('who only reads takes what is there', () => {
    const readers = `mkdir -p "$service_dir/instances/i"
printf 'ro 1000 1000 %s\\n' ${volume} >"$service_dir/instances/i/volumes"
cat >"$service_dir/instances/i/mapping" <<'MAPPING'
${mapping('podman', null)}MAPPING
own_volumes i`;
    host.must(plant([{ name: 'a', kind: 'file', uid: 0, gid: 0, mode: 0o644 }]));
    host.must(`use_service test web\n${readers}`);
    expect(owners()).toEqual({ '.': '0:0', './a': '0:0' });
  });
});

describe("the project's files", () => {
  type Files = Record<string, string>;
  const data = (file: string) => join(host.srv, 'knowledge/data', file);
  const folder = () => join(host.srv, 'knowledge');

  /** Delivers what the project has now. */
  function deliver(files: Files, digest: string, ids = '0 0'): { code: number; stderr: string } {
    const source = join(host.root, `project-${digest}`);
    mkdirSync(source);
    for (const [path, content] of Object.entries(files)) {
      mkdirSync(join(source, path, '..'), { recursive: true });
      writeFileSync(join(source, path), content);
    }
    return host.run(
      `tar -C ${source} -cf - . | deliver_project ${folder()} ${digest} ${ids} || fail 'could not be delivered'`,
    );
  }

  const present = () =>
    Object.keys(tree(folder()))
      .filter((name) => !lstatSync(join(folder(), 'data', name)).isDirectory())
      .sort();

  test('what it has no more goes, what services wrote stays', () => {
    expect(deliver({ 'a.md': 'a', 'old/b.md': 'b', 'old/c.md': 'c' }, 'd1').code).toBe(0);
    writeFileSync(data('old/written'), 'by a service');
    expect(deliver({ 'a.md': 'a2' }, 'd2').code).toBe(0);
    expect(present()).toEqual(['./a.md', './old/written']);
    expect(readFileSync(data('a.md'), 'utf8')).toBe('a2');
    expect(readdirSync(folder()).sort()).toEqual(['data', 'digest', 'manifest']);
  });

  test('the same content is not delivered again, so that a change on the host stays', () => {
    deliver({ 'a.md': 'a' }, 'd1');
    writeFileSync(data('a.md'), 'changed');
    host.must(`printf x | deliver_project ${folder()} d1 0 0`);
    expect(readFileSync(data('a.md'), 'utf8')).toBe('changed');
  });

  test('a file that was changed on the host is kept beside the new one, every time', () => {
    deliver({ 'a.md': 'a', 'gone.md': 'x' }, 'd1');
    writeFileSync(data('a.md'), 'mine');
    writeFileSync(data('gone.md'), 'mine too');
    expect(deliver({ 'a.md': 'b' }, 'd2').stderr).toContain(
      'kept ./a.md, which was changed on the host, as ./a.md.kept',
    );
    expect(present()).toEqual(['./a.md', './a.md.kept', './gone.md']);
    writeFileSync(data('a.md'), 'mine again');
    deliver({ 'a.md': 'c' }, 'd3');
    expect(present()).toEqual(['./a.md', './a.md.kept', './a.md.kept.~1~', './gone.md']);
    expect(readFileSync(data('a.md.kept.~1~'), 'utf8')).toBe('mine');
  });

  test('a file becomes a folder, and a folder a file', () => {
    deliver({ a: '1', 'b/c/d': '2' }, 'd1');
    expect(deliver({ 'a/x': '3', b: '4' }, 'd2')).toMatchObject({ code: 0 });
    expect(present()).toEqual(['./a/x', './b']);
  });

  test('odd names', () => {
    const odd = { 'a b': '1', '-rf': '2', 'new\nline': '3', '*': '4', "it's": '5', '\\': '6', é: '7' };
    expect(deliver(odd, 'd1').code).toBe(0);
    expect(deliver({ keep: '1' }, 'd2').code).toBe(0);
    expect(present()).toEqual(['./keep']);
  });

  test('a link that a service put in place of a file is replaced, never followed', () => {
    const secret = join(host.root, 'shadow');
    writeFileSync(secret, 'the host’s own', { mode: 0o600 });
    deliver({ 'a.md': 'a' }, 'd1');
    host.must(`ln -sf ${secret} ${data('a.md')}`);
    expect(deliver({ 'a.md': 'b' }, 'd2').code).toBe(0);
    expect(readFileSync(secret, 'utf8')).toBe('the host’s own');
    expect(lstatSync(data('a.md')).isSymbolicLink()).toBe(false);
    expect(readlinkSync(data('a.md.kept'))).toBe(secret);
  });

  test('owned by the service; once it has owners, by those, so that a flip shifts it with the rest', () => {
    expect(deliver({ 'a.md': 'a' }, 'd1', '0 0').code).toBe(0);
    volume = folder();
    host.must(own('docker'));
    deliver({ 'a.md': 'a', 'b.md': 'b' }, 'd2', '1000 1000');
    host.must(own('podman'));
    expect(owners()).toEqual({ '.': '1000:1000', './a.md': '1000:1000', './b.md': '1000:1000' });
    deliver({ 'a.md': 'a', 'c.md': 'c' }, 'd3', '0 0');
    host.must(own('docker'));
    expect(owners()).toEqual({ '.': '0:0', './a.md': '0:0', './c.md': '0:0' });
  });

  test('half a delivery is none', () => {
    deliver({ 'a.md': 'a' }, 'd1');
    host.command('cp', 'echo "cp: no space left on device" >&2; exit 1');
    const { code, stderr } = deliver({ 'a.md': 'b' }, 'd2');
    expect(code).toBe(1);
    expect(stderr).toContain('no space left');
    // neither of the one nor of the other: the way back delivers, too
    expect(existsSync(join(folder(), 'digest'))).toBe(false);
    writeFileSync(data('a.md'), 'b');
    host.must('rm -r "${base%/*}"/bin/cp "${base%/*}/project-d1"');
    expect(deliver({ 'a.md': 'a' }, 'd1').code).toBe(0);
    expect(readFileSync(data('a.md'), 'utf8')).toBe('a');
    expect(readdirSync(folder()).sort()).toEqual(['data', 'digest', 'manifest']);
  });
});
