import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { withLock } from '../toolchain/lock.ts';
import { Machines } from './machines.ts';

/**
 * Takes away what rehearsals below `parent` left whose process was killed. Two that start at the same time find the
 * same ones: the second waits, lest it removes what the first has just removed.
 */
export function sweep(parent: string): Promise<void> {
  mkdirSync(parent, { recursive: true });
  return withLock(`${parent}.lock`, async () => {
    for (const name of readdirSync(parent)) {
      const directory = join(parent, name);
      if (!abandoned(directory)) continue;
      await new Machines(directory, '').destroyAll();
      rmSync(directory, { recursive: true, force: true });
    }
  });
}

function abandoned(directory: string): boolean {
  const file = join(directory, 'pid');
  const pid = existsSync(file) ? Number(readFileSync(file, 'utf8')) : 0;
  if (pid !== 0) return !existsSync(`/proc/${pid}`);
  const made = statSync(directory, { throwIfNoEntry: false });
  // closed by its own process meanwhile, or being made just now
  return made !== undefined && Date.now() - made.mtimeMs >= 60_000;
}
