import { spawn, spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hostLibrary } from '../../../provider/hostSetup.ts';
import { takeWhole } from '../../../provider/ssh/shell.ts';

export interface Outcome {
  /** -1: killed */
  code: number;
  stdout: string;
  stderr: string;
}

/**
 * A host in a folder: the real functions, with their records in it, and stand-ins for the commands that
 * would change this machine. They keep what they were told in files.
 */
export class TempHost {
  readonly root = mkdtempSync(join(tmpdir(), 'host-'));
  readonly base = join(this.root, 'base');
  readonly srv = join(this.root, 'srv');

  constructor() {
    for (const folder of [
      'base',
      'srv',
      'proxies',
      'bin',
      'running',
      'timers',
      'engine',
      'boot',
      'lo',
      'watched',
    ]) {
      mkdirSync(join(this.root, folder));
    }
    writeFileSync(join(this.root, 'library.sh'), hostLibrary());
    writeFileSync(join(this.base, 'key'), 'k');
    for (const [name, lines] of Object.entries(commands)) this.command(name, lines);
  }

  /** Puts a command on the host's PATH. `$root` is the folder. */
  command(name: string, lines: string): void {
    const path = join(this.root, 'bin', name);
    writeFileSync(path, `#!/bin/sh\nroot=${this.root}\n${lines}\n`, { mode: 0o755 });
  }

  /** The containers' account: what is run as it is run, with this machine's own rights. */
  account(): void {
    this.command('getent', 'echo "cortex:x:1000:1000::$root/home:/bin/sh"');
    this.command('id', 'echo 1000');
    // the words after the variables
    this.command(
      'setpriv',
      'while [ "$1" != env ]; do shift; done; shift; while case $1 in *=*) true ;; *) false ;; esac; do shift; done; exec "$@"',
    );
  }

  #input(script: string, killAt: number | undefined): string {
    const { root } = this;
    // Power is lost before the n-th command: everything of the script's session ends with it.
    const kill = `set -T; step=0; trap 'step=$((step + 1)); [ "$step" -ne ${killAt} ] || kill -9 -- -$$' DEBUG`;
    return [
      'main() {',
      `. ${root}/library.sh`,
      `base=${this.base} srv=${this.srv} proxies=${root}/proxies locks=${root}/locks socket=${root}/socket docker_socket=${root}/docker.sock`,
      `PATH=${root}/bin:$PATH`,
      killAt === undefined ? '' : kill,
      script,
      '}',
      'main </dev/null',
      'exit $?',
    ].join('\n');
  }

  run(script: string, { killAt }: { killAt?: number } = {}): Outcome {
    const { status, stdout, stderr } = spawnSync('setsid', session, {
      input: this.#input(script, killAt),
      encoding: 'utf8',
    });
    return { code: status === null || status > 128 ? -1 : status, stdout, stderr };
  }

  /** As `run`, at the same time as others. */
  begin(script: string): Promise<Outcome> {
    const child = spawn('setsid', session, { stdio: ['pipe', 'pipe', 'pipe'] });
    child.stdin.end(this.#input(script, undefined));
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (chunk) => {
      stdout += chunk;
    });
    child.stderr.on('data', (chunk) => {
      stderr += chunk;
    });
    return new Promise((resolve) => {
      child.once('exit', (code) => resolve({ code: code ?? -1, stdout, stderr }));
    });
  }

  /** As `run`, of a script that has to succeed. */
  must(script: string): string {
    const { code, stdout, stderr } = this.run(script);
    if (code !== 0) throw new Error(`ended with ${code}:\n${stderr}`);
    return stdout;
  }

  /** A file below the folder, or nothing. */
  file(...path: string[]): string {
    const full = join(this.root, ...path);
    return existsSync(full) ? readFileSync(full, 'utf8').trim() : '';
  }

  list(...path: string[]): string[] {
    const full = join(this.root, ...path);
    return existsSync(full) ? readdirSync(full).sort() : [];
  }

  write(content: string, ...path: string[]): void {
    writeFileSync(join(this.root, ...path), content);
  }

  /** Everything as it is now, to go back to: quicker than to get there again. */
  save(): void {
    cpSync(this.root, `${this.root}.saved`, { recursive: true });
  }

  restore(): void {
    for (const name of readdirSync(this.root)) rmSync(join(this.root, name), { recursive: true });
    cpSync(`${this.root}.saved`, this.root, { recursive: true });
  }

  remove(): void {
    rmSync(`${this.root}.saved`, { recursive: true, force: true });
    rmSync(this.root, { recursive: true, force: true });
  }
}

/** A session of its own, so that it can be killed with everything in it. */
const session = ['--wait', 'bash', '-c', takeWhole];

/** The proxy: what it runs with is in `running`, one file a backend; a reload reads `proxies` again. */
const reload = `rm -f "$root"/running/*
for file in "$root"/proxies/*.cfg; do
  [ ! -e "$file" ] || awk -v to="$root/running/" '$1 == "listen" { name = $2 } $1 == "server" { sub(/.*:/, "", $3); print $3 > to name }' "$file"
done`;

const commands: Record<string, string> = {
  ip: `case "$1 $2" in
-o*) for address in $(ls "$root/lo"); do echo "1: lo inet $address/32 scope global lo"; done ;;
'address replace') exec touch "$root/lo/\${3%/32}" ;;
*) exec rm "$root/lo/\${3%/32}" ;;
esac`,
  ss: `case $1 in -Hltn*) cat "$root/listening" 2>/dev/null ;; *) cat "$root/established" 2>/dev/null ;; esac; exit 0`,
  sleep: 'exec /bin/sleep 0.01',
  logger: 'shift 3; echo "$*" >>"$root/journal"',
  haproxy: `[ ! -e "$root/invalid" ] || { echo 'unknown keyword'; exit 1; }`,
  systemctl: `echo "systemctl $*" >>"$root/calls"
case $1 in
reload-or-restart) [ ! -e "$root/reload-fails" ] || exit 1
${reload}
;;
stop) shift; for unit in "$@"; do rm -f "$root/timers/$unit"; done ;;
esac`,
  'systemd-run': `[ ! -e "$root/no-timers" ] || exit 1
for word in "$@"; do case $word in --unit=*) unit=\${word#--unit=} ;; esac; done
echo "$*" >"$root/timers/$unit.timer"`,
  // `set server <backend>/live addr 127.0.0.1 port <port>; set server <backend>/live weight <1|2>`
  socat: `[ ! -e "$root/proxy-down" ] || exit 1
read -r line
set -- $line
if [ "$1 $2 $4" = 'set server addr' ]; then
  name=\${3%/live}
  if [ ! -e "$root/running/$name" ]; then echo 'No such server.'; exit 0; fi
  echo "\${7%;}" >"$root/running/$name"
  echo "$line" >>"$root/told"
  echo "port changed from 'x' to '$7' by 'stats socket command'"
else
  echo fine
fi`,
};
