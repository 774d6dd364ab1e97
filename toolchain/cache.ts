import { existsSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { withLock } from './lock.ts';
import type { Log } from './progress.ts';

/** Where what was downloaded or built is kept between runs: outside the project, shared by its checkouts. */
export function cacheDirectory(env: NodeJS.ProcessEnv = process.env): string {
  return env.CORTEX_CACHE || join(env.XDG_CACHE_HOME || join(env.HOME || homedir(), '.cache'), 'cortex');
}

/**
 * The folder `name` of the cache, filled by `fill` unless it is there. It appears whole or not at all: it is
 * filled under another name, and a second process waits for the first.
 */
export async function cached(
  name: string,
  log: Log,
  fill: (directory: string) => Promise<void>,
): Promise<string> {
  const cache = cacheDirectory();
  const result = join(cache, name);
  if (existsSync(result)) return result;
  const wait = () => log(`waiting for another process that is preparing ${name}`);
  const prepare = async () => {
    if (existsSync(result)) return;
    for (const left of readdirSync(cache)) {
      // Of a process that was killed: nobody else can be at it, the lock being held here.
      if (left.startsWith(`.${name}-`)) rmSync(join(cache, left), { recursive: true });
    }
    const unfinished = mkdtempSync(join(cache, `.${name}-`));
    try {
      await fill(unfinished);
      renameSync(unfinished, result);
    } finally {
      rmSync(unfinished, { recursive: true, force: true });
    }
  };
  await withLock(join(cache, `.${name}.lock`), prepare, wait);
  return result;
}
