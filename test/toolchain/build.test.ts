import { execFileSync } from 'node:child_process';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { languageHost, withLauncher } from '../../toolchain/build.ts';
import { scratch } from './scratch.ts';

const host = '#!/bin/sh\nprintf "<%s>" "$@"\n';

function told(path: string): string {
  execFileSync('chmod', ['-R', '+x', path]);
  return execFileSync(join(path, languageHost), ['a b', '127.0.0.1:1'], { cwd: path, encoding: 'utf8' });
}

test('a language host that was built is told what Pulumi.yaml says, whatever else it is told', () => {
  const { path } = scratch({
    [`${languageHost}.bin`]: host,
    'Pulumi.yaml': 'runtime:\n  options:\n    nodeargs: --import ./a.ts\n',
  });
  withLauncher(path);
  expect(told(path)).toBe('<-typescript=false><-nodeargs=--import ./a.ts><a b><127.0.0.1:1>');
});

test('where nothing is said for Node, it is told nothing for Node', () => {
  const { path } = scratch({ [`${languageHost}.bin`]: host });
  withLauncher(path);
  expect(told(path)).toBe('<-typescript=false><-nodeargs=><a b><127.0.0.1:1>');
});

test('a language host that was installed reads Pulumi.yaml itself', () => {
  const { path } = scratch({ [languageHost]: host });
  withLauncher(path);
  expect(told(path)).toBe('<a b><127.0.0.1:1>');
});

test('what is there already is not written again: others may be starting it', () => {
  const { path } = scratch({ [`${languageHost}.bin`]: host });
  withLauncher(path);
  const { ino } = statSync(join(path, languageHost));
  withLauncher(path);
  expect(statSync(join(path, languageHost)).ino).toBe(ino);
});
