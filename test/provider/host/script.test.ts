import { spawnSync } from 'node:child_process';
import { expect, test } from '@jest/globals';
import { hostLibrary, hostSetupScript } from '../../../provider/hostSetup.ts';

const scripts = [
  ['every operation begins with', hostLibrary()],
  ['sets a host up', hostSetupScript()],
] as const;

// The parts are files without a first line of their own: what is sent is what is checked.
test.each(scripts)('shellcheck of what %s', (_, script) => {
  const { status, stdout, error } = spawnSync('shellcheck', ['--shell=bash', '-'], {
    input: script,
    encoding: 'utf8',
  });
  expect(error).toBeUndefined();
  expect(stdout).toBe('');
  expect(status).toBe(0);
});
