#!/usr/bin/env node
// `npx cortex`: runs main.ts with a Node that understands it. npx puts the project's own Node first on PATH;
// whoever runs this file with an older one is handed over to it.
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const project = fileURLToPath(new URL('..', import.meta.url));
// what was compiled once is not compiled again: a third of the start
process.env.NODE_COMPILE_CACHE ??= join(project, 'node_modules', '.cache', 'compiled');
if (Number.parseInt(process.versions.node, 10) >= 24) {
  const { enableCompileCache } = await import('node:module');
  enableCompileCache(process.env.NODE_COMPILE_CACHE);
  process.argv[1] = join(project, 'cli', 'main.ts');
} else {
  process.argv.splice(1, 1, join(project, 'toolchain', 'run.mjs'), 'cli/main.ts');
}
await import(process.argv[1]);
