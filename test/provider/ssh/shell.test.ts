import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { SshShell } from '../../../provider/ssh/shell.ts';

const connection = { address: '203.0.113.7', port: 22, user: 'deploy' };
const hostKey = 'ssh-ed25519 AAAAkey';
const before = { ...process.env };

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'shell-'));
  process.env.PATH = `${folder}:${process.env.PATH}`;
  process.env.XDG_RUNTIME_DIR = folder;
});
afterEach(() => {
  process.env = { ...before };
  rmSync(folder, { recursive: true });
});

/** What a script is run by. */
const run = `sudo -n bash -c 'eval "$(cat)"'`;

/** An `ssh` that notes what it is to run, and does as `script` says; $socket is what connections share. */
function ssh(script: string): void {
  const file = join(folder, 'ssh');
  writeFileSync(
    file,
    `#!/bin/sh
for word in "$@"; do case $word in ControlPath=*) socket=\${word#*=} ;; exit) last=exit ;; *) last=$word ;; esac; done
[ "$1" = -O ] && last="-O $2"
printf '%s\\n' "$last" >>'${folder}/log'
${script}
`,
  );
  chmodSync(file, 0o755);
}

const log = () => readFileSync(join(folder, 'log'), 'utf8').trim().split('\n');
const shared = () => join(folder, `containerhost-${userInfo().uid}`);

test('a script goes in on stdin, and what it prints comes back', async () => {
  ssh('cat');
  const { stdout } = await new SshShell(connection, hostKey).run('echo "$x"');
  expect(stdout).toBe('main() {\necho "$x"\n}\nmain </dev/null\nexit $?\n');
  expect(log()).toEqual([run]);
});

test('scripts beside the first wait until there is a connection to share', async () => {
  ssh('[ -e "$socket" ] && echo shared && exit; sleep 0.2; : >"$socket"; sleep 0.5; echo opened');
  const shell = new SshShell(connection, hostKey);
  const [first, second] = await Promise.all([shell.run('1'), shell.run('2')]);
  expect([first.stdout, second.stdout]).toEqual(['opened\n', 'shared\n']);
});

test('the next run shares the connection of this one, if it answers', async () => {
  ssh(': >"$socket"');
  await new SshShell(connection, hostKey).run('1');
  await new SshShell(connection, hostKey).run('2');
  expect(log()).toEqual([run, 'true', run]);
});

test('and opens another one, if its other end is gone', async () => {
  ssh(': >"$socket"');
  await new SshShell(connection, hostKey).run('1');
  ssh('case $last in true) exit 255 ;; -O*) ;; *) [ ! -e "$socket" ] && echo opened ;; esac');
  expect((await new SshShell(connection, hostKey).run('2')).stdout).toBe('opened\n');
  expect(log()).toEqual([run, 'true', '-O exit', run]);
});

test('another key of the host is another connection', async () => {
  ssh(': >"$socket"');
  await new SshShell(connection, hostKey).run('1');
  await new SshShell(connection, 'ssh-ed25519 AAAAother').run('2');
  expect(log()).toEqual([run, run]);
});

test('a folder that is open to others is not used', () => {
  mkdirSync(shared(), { mode: 0o755 });
  expect(() => new SshShell(connection, hostKey)).toThrow(
    `${shared()} is open to others: remove it, and run this again`,
  );
  expect(existsSync(join(folder, 'log'))).toBe(false);
});

test('a command that is talked to ends with its own code, 255 too, while the connection is there', async () => {
  ssh('case $last in *echo*) exit 255 ;; esac');
  const shell = new SshShell(connection, hostKey);
  const attached = await shell.attach("echo 'x'", { tty: false, stdio: 'ignore' });
  expect(await attached.ended).toBe(255);
  expect(log()).toEqual([run, `sudo -n bash -c 'echo '\\''x'\\'''`, '-O check']);
});

test('a connection that is lost under a command is an error, and nobody’s exit code', async () => {
  ssh('case $last in *echo* | "-O check") exit 255 ;; esac');
  const attached = await new SshShell(connection, hostKey).attach('echo', { tty: false, stdio: 'ignore' });
  await expect(attached.ended).rejects.toThrow('the connection was lost');
});

test('a host that cannot be reached is told before a command is begun', async () => {
  ssh('echo "no route to host" >&2; exit 255');
  const begun = new SshShell(connection, hostKey).attach('x', { tty: false, stdio: 'ignore' });
  await expect(begun).rejects.toThrow('no route to host');
  expect(log()).toEqual([run]);
});
