import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { hostLibrary } from '../../../provider/hostSetup.ts';

const folder = join(import.meta.dirname, '../../../cli/host');

const read = (file: string) => readFileSync(join(folder, file), 'utf8');

/** What is sent before each, whose functions it uses. */
const before = (file: string) =>
  alone.includes(file) ? '' : ['status.sh', 'receipt.sh'].includes(file) ? hostLibrary() : read('serving.sh');

/** Complete by themselves: the others have what they use sent before them. */
const alone = ['serving.sh', 'audit.sh'];

test.each(readdirSync(folder))('shellcheck of %s', (file) => {
  const input = `${before(file)}\n${read(file)}`;
  const { status, stdout } = spawnSync('shellcheck', ['--shell=bash', '-'], { input, encoding: 'utf8' });
  expect({ status, stdout }).toEqual({ status: 0, stdout: '' });
});
