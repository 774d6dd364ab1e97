import { createHash, randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, statSync, utimesSync } from 'node:fs';
import { basename, join } from 'node:path';
import { cacheDirectory } from '../../toolchain/cache.ts';
import { withLock } from '../../toolchain/lock.ts';
import { removeTree } from './remove.ts';
import { openVm } from './vm.ts';

export interface CacheOptions {
  /** where templates are kept between runs */
  cache?: string;
  onProgress?: (line: string) => void;
}

/** Beside what else the project keeps outside of its checkouts. */
export function defaultCache(): string {
  return join(cacheDirectory(), 'vm');
}

/**
 * The directory `<cache>/<name>-<hash of what>`, built by `build` unless it is there. It appears whole or not
 * at all; a second process that wants it waits for the first.
 */
export async function cached(
  name: string,
  what: unknown,
  options: CacheOptions,
  build: (directory: string) => Promise<void>,
): Promise<string> {
  const cache = options.cache ?? defaultCache();
  const key = createHash('sha256').update(JSON.stringify(what)).digest('hex').slice(0, 16);
  const result = join(cache, `${name}-${key}`);
  mkdirSync(cache, { recursive: true });
  await withLock(
    join(cache, `${name}.lock`),
    async () => {
      if (!existsSync(result)) {
        await discard(cache, name);
        const temporary = join(cache, `.${name}-${randomBytes(4).toString('hex')}`);
        await build(temporary);
        renameSync(temporary, result);
      }
      utimesSync(result, new Date(), new Date());
    },
    () => options.onProgress?.(`waiting for another process that is building ${result}`),
  );
  return result;
}

const weekMs = 7 * 24 * 3600 * 1000;

/** Removes what a killed build left, and what nobody used for a week. */
async function discard(cache: string, name: string): Promise<void> {
  for (const entry of readdirSync(cache)) {
    const path = join(cache, entry);
    const old = entry.startsWith(`${name}-`) && statSync(path).mtimeMs < Date.now() - weekMs;
    if (!old && !entry.startsWith(`.${name}-`)) continue;
    if (existsSync(join(path, 'vm.json'))) await openVm(path).destroy();
    await removeTree(path);
  }
}

/** Every file at or below `path`, by name and content. */
export function contentOf(path: string): Record<string, string> {
  if (!statSync(path).isDirectory()) return { [basename(path)]: readFileSync(path, 'utf8') };
  const files: Record<string, string> = {};
  for (const name of readdirSync(path).sort()) {
    for (const [file, content] of Object.entries(contentOf(join(path, name)))) {
      files[`${basename(path)}/${file}`] = content;
    }
  }
  return files;
}
