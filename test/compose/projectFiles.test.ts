import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { projectEntries, projectFiles } from '../../compose/projectFiles.ts';

let base = '';
let root = '';

beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), 'project-'));
  root = join(base, 'project');
  mkdirSync(join(root, 'k/sub/empty'), { recursive: true });
  writeFileSync(join(root, 'k/b.md'), 'b');
  writeFileSync(join(root, 'k/sub/a.sh'), 'a', { mode: 0o755 });
  writeFileSync(join(base, 'secret'), 'outside');
});

afterEach(() => rmSync(base, { recursive: true }));

const digest = (path: string) => projectFiles(root).digest(path);

describe('projectEntries', () => {
  test('lists folders, files, whether they are executable, and their hashes, in order', () => {
    expect(projectEntries(root, './k/')).toEqual([
      { kind: 'folder', path: '' },
      { kind: 'file', path: 'b.md', executable: false, sha256: expect.stringMatching(/^3e23e8/) },
      { kind: 'folder', path: 'sub' },
      { kind: 'file', path: 'sub/a.sh', executable: true, sha256: expect.stringMatching(/^ca9781/) },
      { kind: 'folder', path: 'sub/empty' },
    ]);
  });

  test('a file is one entry', () => {
    expect(projectEntries(root, 'k/b.md')).toMatchObject([{ kind: 'file', path: '' }]);
  });
});

describe('digest', () => {
  test('stays while nothing changes that is delivered', () => {
    const before = digest('k');
    chmodSync(join(root, 'k/b.md'), 0o600);
    expect(digest('k')).toBe(before);
    expect(before).toMatch(/^[0-9a-f]{64}$/);
  });

  test.each([
    ['a content', () => writeFileSync(join(root, 'k/b.md'), 'B')],
    ['a mode', () => chmodSync(join(root, 'k/b.md'), 0o755)],
    ['a new file', () => writeFileSync(join(root, 'k/c.md'), '')],
    ['a new folder', () => mkdirSync(join(root, 'k/new'))],
    ['a file less', () => rmSync(join(root, 'k/b.md'))],
  ])('%s changes it', (_, change) => {
    const before = digest('k');
    change();
    expect(digest('k')).not.toBe(before);
  });

  test('what is not there is missing', () => {
    expect(digest('gone')).toEqual({ missing: true, reason: 'is not there' });
  });
});

describe('nothing outside of the project is read', () => {
  test.each([
    ['../secret', () => {}, 'leads out of the project'],
    ['k/../../secret', () => {}, 'leads out of the project'],
    ['/etc/passwd', () => {}, 'leads out of the project'],
    [
      'link',
      () => symlinkSync(join(base, 'secret'), join(root, 'link')),
      'is a symbolic link out of the project',
    ],
    ['way/secret', () => symlinkSync(base, join(root, 'way')), 'is a symbolic link out of the project'],
    [
      'inside',
      () => symlinkSync(join(root, 'k/b.md'), join(root, 'inside')),
      'is reached through a symbolic link',
    ],
  ])('%s', (path, prepare, reason) => {
    prepare();
    expect(projectFiles(root).read(path)).toEqual({ missing: false, reason });
    expect(digest(path)).toEqual({ missing: false, reason });
  });

  test('a folder with a symbolic link in it is refused by the name of the link', () => {
    symlinkSync(join(base, 'secret'), join(root, 'k/sub/link'));
    expect(digest('k')).toEqual({ missing: false, reason: expect.stringContaining('sub/link') });
  });
});

describe('read', () => {
  test('gives the text', () => {
    expect(projectFiles(root).read('./k/b.md')).toBe('b');
  });

  test('refuses what is no text file', () => {
    writeFileSync(join(root, 'image'), Uint8Array.of(0xff, 0xfe, 0x00));
    expect(projectFiles(root).read('image')).toMatchObject({ reason: 'is not text in UTF-8' });
    expect(projectFiles(root).read('k')).toMatchObject({ reason: 'is not a file' });
  });
});
