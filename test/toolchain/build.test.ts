import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { withoutTypescript } from '../../toolchain/build.ts';
import { scratch } from './scratch.ts';

test('the language host is told to load no compiler, whatever else it is told', () => {
  const { path } = scratch({ host: '#!/bin/sh\nprintf "<%s>" "$@"\n' });
  execFileSync('chmod', ['+x', join(path, 'host')]);
  withoutTypescript(join(path, 'host'));
  expect(execFileSync(join(path, 'host'), ['a b', '127.0.0.1:1'], { encoding: 'utf8' })).toBe(
    '<-typescript=false><a b><127.0.0.1:1>',
  );
});
