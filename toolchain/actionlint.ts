import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from './build.ts';
import { cached } from './cache.ts';
import { ensureGo } from './go.ts';
import type { Log } from './progress.ts';

/**
 * The linter of .github/workflows, built once from its Go module: no package registry that npm or pip reads has
 * a current one that does not download a program from elsewhere.
 *
 * @returns the command
 */
export async function ensureActionlint(log: Log): Promise<string> {
  const module = readFileSync(join(import.meta.dirname, 'actionlint', 'go.mod'), 'utf8');
  const version = /actionlint v(\S+)$/m.exec(module)?.[1];
  if (!version) throw new Error('toolchain/actionlint/go.mod names no version of actionlint');
  const directory = await cached(`actionlint-${version}-${process.arch}`, log, async (empty) => {
    const program = {
      folder: 'actionlint' as const,
      package: 'github.com/rhysd/actionlint/cmd/actionlint',
      packages: 190,
      expected: '20–40 seconds',
    };
    await build(await ensureGo(log), program, empty, log);
  });
  return join(directory, 'actionlint');
}
