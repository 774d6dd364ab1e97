import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { hostFunctions } from '../../../cli/remote.ts';

/** A host in a folder: its records, and an engine that prints `<instance>.log` and, following, waits for its end. */
let root: string;
const running: ChildProcess[] = [];
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'logs-'));
  mkdirSync(join(root, 'records/test/web/instances'), { recursive: true });
});
afterEach(() => {
  for (const child of running.splice(0)) child.kill('SIGKILL');
  rmSync(root, { recursive: true });
});

function instance(name: string, runtime: string, lines: string): void {
  const folder = join(root, 'records/test/web/instances', name);
  mkdirSync(folder);
  writeFileSync(join(folder, 'runtime'), runtime);
  writeFileSync(join(folder, 'running'), `#!/bin/sh\n[ -e ${root}/${name}.up ]\n`, { mode: 0o755 });
  writeFileSync(join(root, `${name}.log`), lines);
  writeFileSync(join(root, `${name}.up`), '');
  serves(name);
}

function serves(name: string): void {
  writeFileSync(join(root, 'records/test/web/slot'), name);
}

function script(lines: string, follow: string): string {
  const engine = `engine() {
    case $1 in
    container) [ -e "${root}/$3.up" ]; return ;;
    esac
    local options="$*" name
    for name; do :; done
    case $options in *"--tail all"*) echo 'invalid argument "all"' >&2; return 125 ;; esac
    cat "${root}/$name.log"
    case $options in *--follow*) while [ -e "${root}/$name.up" ]; do sleep 0.05; done ;; esac
  }`;
  return [
    hostFunctions('serving'),
    engine,
    hostFunctions('logs'),
    `show_logs test web cortex ${lines} ${follow}`,
  ]
    .join('\n')
    .replaceAll('/var/lib/containerhost', join(root, 'records'))
    .replaceAll('/home/$1/.local/share/containerhost', join(root, 'logs'));
}

const show = (lines: string) =>
  // by its level bash would else take itself for a remote login's, and read the machine's own start-up file
  spawnSync('bash', ['-euc', script(lines, "''")], {
    encoding: 'utf8',
    input: '',
    env: { ...process.env, SHLVL: '1' },
  });

async function until(what: () => boolean): Promise<void> {
  for (let tries = 0; !what(); tries++) {
    if (tries > 400) throw new Error('it did not come to that');
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}

describe('what was written', () => {
  test('is what the engine has of the instance that serves', () => {
    instance('web-1', 'docker', 'old\n');
    instance('web-2', 'docker', 'one\ntwo\n');
    const { status, stdout } = show('20');
    expect({ status, stdout }).toEqual({ status: 0, stdout: 'one\ntwo\n' });
  });

  test('under Podman is in a file, when systemd has removed the container', () => {
    instance('web-1', 'podman', '');
    rmSync(join(root, 'web-1.up'));
    mkdirSync(join(root, 'logs/web-1'), { recursive: true });
    const lines = ['one', 'two words', 'three'].map((text) => `2026-11-21T12:00:00Z stdout F ${text}\n`);
    writeFileSync(join(root, 'logs/web-1/log'), lines.join(''));
    expect(show('2').stdout).toBe('two words\nthree\n');
    expect(show('all').stdout).toBe('one\ntwo words\nthree\n');
  });

  test('of a service that nobody serves is an error, not silence', () => {
    const { status, stderr } = show('20');
    expect({ status, stderr }).toEqual({
      status: 125,
      stderr: 'cortex: no instance of web serves: cortex status\n',
    });
  });
});

describe('followed', () => {
  function follow() {
    const child = spawn('bash', ['-euc', script('5', 'follow')], { stdio: ['pipe', 'pipe', 'inherit'] });
    running.push(child);
    const seen = { text: '', ended: false };
    child.stdout.on('data', (chunk) => {
      seen.text += chunk;
    });
    child.once('close', () => {
      seen.ended = true;
    });
    return { child, seen };
  }

  test('it goes on with the successor, from its beginning', async () => {
    instance('web-1', 'docker', 'one\n');
    const { seen } = follow();
    await until(() => seen.text === 'one\n');
    instance('web-2', 'podman', 'two\n');
    rmSync(join(root, 'web-1.up'));
    await until(() => seen.text === 'one\ntwo\n');
  });

  test('it ends when the service is taken away', async () => {
    instance('web-1', 'docker', 'one\n');
    const { seen } = follow();
    await until(() => seen.text === 'one\n');
    rmSync(join(root, 'records/test/web/slot'));
    rmSync(join(root, 'web-1.up'));
    await until(() => seen.ended);
  });

  test('it ends when the operator has gone, even if the service is silent', async () => {
    instance('web-1', 'docker', 'one\n');
    const { child, seen } = follow();
    await until(() => seen.text === 'one\n');
    child.stdin.end();
    await until(() => child.exitCode !== null);
    expect(child.exitCode).toBe(0);
  });
});
