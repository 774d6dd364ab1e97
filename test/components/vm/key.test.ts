import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'key-'));
});
afterEach(() => rmSync(home, { recursive: true }));

function key(file: string) {
  const script = readFileSync(join(import.meta.dirname, '../../../components/vm/key.sh'), 'utf8');
  const run = spawnSync('sh', ['-c', `file='${file}'\n${script}`], {
    env: { ...process.env, HOME: home },
    encoding: 'utf8',
  });
  return { code: run.status, stdout: run.stdout, stderr: run.stderr };
}

test('a key is made once, and its public half is printed', () => {
  const first = key('~/.ssh/cortex-prod');
  expect(first).toMatchObject({ code: 0, stderr: '' });
  expect(first.stdout).toMatch(/^ssh-ed25519 [A-Za-z0-9+/=]+ cortex-prod\n$/);
  expect(statSync(join(home, '.ssh')).mode & 0o777).toBe(0o700);
  expect(statSync(join(home, '.ssh/cortex-prod')).mode & 0o777).toBe(0o600);
  expect(key('~/.ssh/cortex-prod').stdout).toBe(first.stdout);
  expect(key(join(home, '.ssh/cortex-prod')).stdout).toBe(first.stdout);
});

test('a file that is no key is an error, and is left as it is', () => {
  const { code, stderr } = key('/etc/hostname');
  expect(code).not.toBe(0);
  expect(stderr).toContain('/etc/hostname');
});
