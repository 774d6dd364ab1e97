import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { assignments, onHost, runOnHost, sshCommand } from '../../../components/host/command.ts';

const connection = { address: '203.0.113.7', port: 22, user: 'deploy' };
const hostKey = 'ssh-ed25519 AAAAkey';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ssh-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Runs a command with an `ssh` that does as `script` says, and notes its arguments. */
function run(deadline: number, command: string, script: string, environment: Record<string, string> = {}) {
  const ssh = join(folder, 'ssh');
  writeFileSync(ssh, `#!/bin/sh\nprintf '%s\\n' "$*" >>'${folder}/args'\n${script}\n`);
  chmodSync(ssh, 0o755);
  const result = spawnSync('/bin/sh', ['-c', runOnHost(deadline)], {
    input: 'the script\n',
    encoding: 'utf8',
    env: { PATH: `${folder}:${process.env.PATH}`, script: command, ...environment },
  });
  const args = readFileSync(join(folder, 'args'), 'utf8').trim().split('\n');
  return { ...result, args };
}

/** The host's answer to `true` is nothing; to a shell, it is what the shell was given. */
const echoes = `case "$*" in *' true') : ;; *) cat "$CONTAINERHOST_KNOWN_HOSTS"; cat ;; esac`;

describe('a command on the host', () => {
  test('feeds its stdin to a root shell, with the pinned key', () => {
    const { status, stdout, args } = run(0, onHost(connection, hostKey), echoes);
    expect(status).toBe(0);
    expect(stdout).toBe('203.0.113.7 ssh-ed25519 AAAAkey\nthe script\n');
    expect(args.map((line) => line.slice(line.indexOf(' -- ')))).toEqual([
      ' -- 203.0.113.7 true',
      ' -- 203.0.113.7 sudo -n bash -s',
    ]);
  });

  test('needs no sudo as root', () => {
    const { args } = run(0, onHost({ ...connection, user: 'root' }, hostKey), echoes);
    expect(args[1]).toMatch(/ -- 203\.0\.113\.7 bash -s$/);
  });

  test('lets an operator get in as somebody else, with another key', () => {
    const environment = { CORTEX_SSH_USER: 'root', CORTEX_SSH_IDENTITY_FILE: '/my keys/id' };
    const { args } = run(0, onHost(connection, hostKey), echoes, environment);
    expect(args[1]).toMatch(
      /^-o User=root -o IdentitiesOnly=yes -o IdentityFile=\/my keys\/id .* -- 203\.0\.113\.7 bash -s$/,
    );
  });

  test('waits until the host lets it in', () => {
    const script = `n=$(cat '${folder}/n' 2>/dev/null || echo 0); echo $((n + 1)) >'${folder}/n'
      if [ "$n" -lt 1 ]; then echo 'Connection refused' >&2; exit 255; fi`;
    const { status, args } = run(60, onHost(connection, hostKey), script);
    expect(status).toBe(0);
    expect(args).toHaveLength(3);
  });

  test('says how to try by hand when it gives up', () => {
    const { status, stderr } = run(0, onHost(connection, hostKey), `echo 'Connection refused' >&2; exit 255`);
    expect(status).toBe(1);
    expect(stderr).toBe(
      'Connection refused\nthe host could not be reached for 0 s; try it by hand: ssh deploy@203.0.113.7\n',
    );
  });

  test('does not wait for a host with another key', () => {
    const script = `echo 'Host key verification failed.' >&2; exit 255`;
    const { status, stderr, args } = run(300, onHost(connection, hostKey), script);
    expect(status).toBe(1);
    expect(stderr).toMatch(/^Host key verification failed\.\nthe host shows another key than the pinned one/);
    expect(args).toHaveLength(1);
  });

  test('ends as the script ends', () => {
    const script = `case "$*" in *' true') : ;; *) exit 7 ;; esac`;
    expect(run(0, onHost(connection, hostKey), script).status).toBe(7);
  });
});

test('ssh takes every option that it is given', () => {
  const command = onHost(
    { ...connection, port: 2222, proxyCommand: 'nc %h %p', identityFile: '~/.ssh/my key' },
    hostKey,
  );
  const script = `case "$*" in *' true') exit ;; esac; exec ${ssh()} -G "$@" | grep -E '^(user|port|hostname|stricthostkeychecking|userknownhostsfile|proxycommand|identityfile|identitiesonly|batchmode|hostkeyalias) '`;
  const { stdout } = run(0, command, script);
  expect(stdout.split('\n').filter(Boolean).sort()).toEqual([
    'batchmode yes',
    'hostkeyalias 203.0.113.7',
    'hostname 203.0.113.7',
    'identitiesonly yes',
    'identityfile ~/.ssh/my key',
    'port 2222',
    'proxycommand nc %h %p',
    'stricthostkeychecking true',
    'user deploy',
    expect.stringMatching(/^userknownhostsfile \/.*\/known_hosts$/),
  ]);
});

function ssh(): string {
  return execFileSync('/bin/sh', ['-c', 'command -v ssh'], { encoding: 'utf8' }).trim();
}

test('a value is what a shell makes of its assignment', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: fc.constantFrom("'", '"', '$', '`', '\\', '\n', ' ', '-', 'é', 'a', '%', '*') }),
      (text) => {
        const script = `${assignments({ x: text })}printf '%s.' "$x"`;
        expect(execFileSync('/bin/sh', ['-c', script], { encoding: 'utf8' })).toBe(`${text}.`);
      },
    ),
    { numRuns: 50 },
  );
});

test('a person gets in by the same way', () => {
  expect(sshCommand(connection)).toBe('ssh deploy@203.0.113.7');
  expect(sshCommand({ ...connection, proxyCommand: 'gcloud tunnel %p', identityFile: '/k' })).toBe(
    "ssh -i /k -o 'ProxyCommand=gcloud tunnel %p' deploy@203.0.113.7",
  );
});
