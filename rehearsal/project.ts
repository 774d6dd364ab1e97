import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { isMap, parseDocument } from 'yaml';

/** The project that rehearses itself. */
const source = resolve(import.meta.dirname, '..');

/** What a stack does not need, or what is too large to copy. */
const left = new Set(['node_modules', '.git', 'coverage', 'docs']);

/**
 * A copy of the project for one rehearsal, so that a rehearsal changes configuration and the compose file as
 * an operator would, and two of them, or an editor, do not meet.
 */
export class Project {
  readonly directory: string;

  constructor(directory: string) {
    this.directory = directory;
  }

  static copy(directory: string): Project {
    cpSync(source, directory, {
      recursive: true,
      filter: (path) => path === source || !left.has(path.slice(source.length + 1)),
    });
    symlinkSync(join(source, 'node_modules'), join(directory, 'node_modules'));
    return new Project(directory);
  }

  read(file: string): string {
    return readFileSync(join(this.directory, file), 'utf8');
  }

  write(file: string, content: string): void {
    mkdirSync(dirname(join(this.directory, file)), { recursive: true });
    writeFileSync(join(this.directory, file), content);
  }

  /** Replaces text in a file, as an operator edits it. @throws when it is not there */
  edit(file: string, from: string | RegExp, to: string): void {
    const before = this.read(file);
    const after = before.replace(from, to);
    if (after === before) throw new Error(`${file} has no ${String(from)}`);
    this.write(file, after);
  }

  /** Sets a value in a YAML file, whose comments stay; undefined takes it away. */
  set(file: string, path: string[], value: unknown): void {
    const document = parseDocument(this.read(file));
    if (!isMap(document.contents)) throw new Error(`${file} is no map`);
    if (value === undefined) document.deleteIn(path);
    else document.setIn(path, value);
    this.write(file, document.toString());
  }

  /** Sets a plain value of a stack; `path` is below `config`. */
  configure(stack: string, path: string[], value: unknown): void {
    this.set(`Pulumi.${stack}.yaml`, ['config', ...path], value);
  }

  /** What an edit changed, as `diff -u` shows it to people; empty when nothing did. */
  static diff(name: string, before: string, after: string): string {
    const directory = mkdtempSync(join(tmpdir(), 'cortex-diff-'));
    try {
      writeFileSync(join(directory, 'before'), before);
      writeFileSync(join(directory, 'after'), after);
      // 1: they differ, which is no failure
      const { stdout } = spawnSync('diff', ['-U0', '--label', name, '--label', name, 'before', 'after'], {
        cwd: directory,
        encoding: 'utf8',
      });
      return stdout;
    } finally {
      rmSync(directory, { recursive: true });
    }
  }
}
