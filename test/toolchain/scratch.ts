import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from '@jest/globals';

/** A temporary folder of executables, removed when the tests of the file have run. */
export interface Scratch {
  path: string;
  /** content of a file in it, or null */
  read(name: string): string | null;
}

export function scratch(files: Record<string, string>): Scratch {
  const path = mkdtempSync(join(tmpdir(), 'cortex-unit-'));
  folders.push(path);
  for (const [name, content] of Object.entries(files))
    writeFileSync(join(path, name), content, { mode: 0o755 });
  return {
    path,
    read(name) {
      const file = join(path, name);
      return existsSync(file) ? readFileSync(file, 'utf8') : null;
    },
  };
}

const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

/** Calls back with these environment variables, and puts the old ones back. */
export async function withEnvironment<T>(
  variables: Record<string, string | undefined>,
  work: () => T | Promise<T>,
): Promise<T> {
  const before = { ...process.env };
  const set = (values: NodeJS.ProcessEnv) => {
    for (const name of Object.keys(variables)) {
      if (values[name] === undefined) delete process.env[name];
      else process.env[name] = values[name];
    }
  };
  set(variables);
  try {
    return await work();
  } finally {
    set(before);
  }
}

/** Calls back with a PATH of this folder alone. */
export function withPath<T>(folder: string, work: () => T | Promise<T>): Promise<T> {
  return withEnvironment({ PATH: folder }, work);
}
