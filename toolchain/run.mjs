// Runs a TypeScript file of this project with the project's Node: `node toolchain/run.mjs FILE [ARGUMENT…]`.
// The one file that any Node ≥ 18 has to understand, hence plain JavaScript.
import { spawn, spawnSync } from 'node:child_process';
import { delimiter, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const project = fileURLToPath(new URL('..', import.meta.url));
const binaries = join(project, 'node_modules', '.bin');

/** Node strips types by itself since 24; below, the file would not even parse. */
const major = 24;

function projectNode() {
  if (Number.parseInt(process.versions.node, 10) >= major) return process.execPath;
  const candidate = join(binaries, 'node');
  const found = spawnSync(candidate, ['--version'], { encoding: 'utf8' });
  if (found.status === 0 && Number.parseInt(found.stdout.slice(1), 10) >= major) return candidate;
  const what = found.status === 0 ? `is ${found.stdout.trim()}` : 'does not run';
  process.stderr.write(
    `this project needs Node ${major}: the node on PATH is ${process.version}, and node_modules/.bin/node ${what}.\n` +
      'Its install script has not run. Run this in the project, then try again:\n' +
      '  npm ci && npm rebuild node --ignore-scripts=false --foreground-scripts\n',
  );
  process.exit(1);
}

const [file, ...args] = process.argv.slice(2);
if (file === undefined) {
  process.stderr.write('usage: node toolchain/run.mjs FILE [ARGUMENT…]\n');
  process.exit(2);
}
const child = spawn(projectNode(), [resolve(project, file), ...args], {
  stdio: 'inherit',
  // What the file starts (Pulumi's language host among it) finds the same Node.
  env: { ...process.env, PATH: [binaries, process.env.PATH ?? ''].join(delimiter) },
});
// Ctrl-C reaches the child by itself, being in the same group; it decides when to end.
process.on('SIGINT', () => {});
for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
child.on('exit', (code, signal) => {
  if (signal === null) process.exit(code ?? 1);
  process.removeAllListeners(signal);
  process.kill(process.pid, signal);
});
