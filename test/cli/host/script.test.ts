import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { hostLibrary } from '../../../provider/hostSetup.ts';

const folder = join(import.meta.dirname, '../../../cli/host');

// sent after the host's library, whose functions they use
test.each(readdirSync(folder))('shellcheck of %s', (file) => {
  const input = `${hostLibrary()}\n${readFileSync(join(folder, file), 'utf8')}`;
  const { status, stdout } = spawnSync('shellcheck', ['--shell=bash', '-'], { input, encoding: 'utf8' });
  expect({ status, stdout }).toEqual({ status: 0, stdout: '' });
});
