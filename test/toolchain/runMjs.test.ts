import { spawn, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, symlinkSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, test } from '@jest/globals';
import { scratch } from './scratch.ts';

/** A project with nothing but run.mjs and a program, and `node_modules/.bin/node` if asked. */
function project(program: string, node?: string): string {
  const { path } = scratch({ 'program.ts': program });
  mkdirSync(join(path, 'toolchain'));
  cpSync(resolve(import.meta.dirname, '../../toolchain/run.mjs'), join(path, 'toolchain/run.mjs'));
  mkdirSync(join(path, 'node_modules/.bin'), { recursive: true });
  if (node) symlinkSync(node, join(path, 'node_modules/.bin/node'));
  return path;
}

/** Makes Node believe that it is an old one. */
const old = [
  '--import',
  `data:text/javascript,Object.defineProperty(process, 'versions', { value: { node: '18.19.0' } })`,
];

function runIn(path: string, nodeArgs: string[], args: string[]) {
  return spawnSync(process.execPath, [...nodeArgs, join(path, 'toolchain/run.mjs'), ...args], {
    encoding: 'utf8',
    cwd: '/',
  });
}

const program = `const args: string[] = process.argv.slice(2);
console.log(JSON.stringify([args, process.env.PATH?.split(':')[0], process.execPath]));
process.exit(7);`;

test('runs TypeScript with its arguments, the project’s programs first on PATH, and its exit code', () => {
  const path = project(program);
  const result = runIn(path, [], ['program.ts', '--json', 'a b']);
  expect(result.stderr).toBe('');
  expect(JSON.parse(result.stdout)).toEqual([
    ['--json', 'a b'],
    join(path, 'node_modules/.bin'),
    process.execPath,
  ]);
  expect(result.status).toBe(7);
});

test('an old Node hands over to the project’s', () => {
  const result = runIn(project(program, process.execPath), old, ['program.ts']);
  expect(result.stderr).toBe('');
  expect(result.status).toBe(7);
});

test('an old Node without the project’s says what to run', () => {
  const result = runIn(project(program), old, ['program.ts']);
  expect(result.stderr).toContain('this project needs Node 24');
  expect(result.stderr).toContain('npm rebuild node --ignore-scripts=false');
  expect(result.status).toBe(1);
});

test('a program that is killed, or told to end, takes the runner with it', async () => {
  const path = project(`console.log('up'); setInterval(() => {}, 1000);`);
  const child = spawn(process.execPath, [join(path, 'toolchain/run.mjs'), 'program.ts']);
  await new Promise((resolve) => child.stdout.once('data', resolve));
  const ended = new Promise((resolve) => child.on('exit', (_code, signal) => resolve(signal)));
  child.kill('SIGTERM');
  expect(await ended).toBe('SIGTERM');
});

test('without a file it says how it is used', () => {
  const result = runIn(project(program), [], []);
  expect(result.stderr).toBe('usage: node toolchain/run.mjs FILE [ARGUMENT…]\n');
  expect(result.status).toBe(2);
});
