import { type ChildProcess, type StdioOptions, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, lstatSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { constants, tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { type Connection, knownHosts, sshArgs } from './args.ts';
import { HostError, hostProblem, remoteProblem } from './problem.ts';

/** What a script printed. A script that fails throws instead. */
export interface Ran {
  stdout: string;
}

export interface RunOptions {
  signal?: AbortSignal;
  /** called with each line of progress that the script reports */
  progress?: (message: string) => void;
  /** whether it changes nothing, so that it may be run again when nothing is heard of the first time */
  repeatable?: boolean;
  /** false: as the login itself; default: by sudo where the login is not root */
  asRoot?: boolean;
}

/** A command whose streams are the caller's. */
export interface Attached {
  process: ChildProcess;
  /** its exit code. @throws {HostError} when the connection was lost before it ended */
  ended: Promise<number>;
}

export interface AttachOptions {
  /** a terminal on the host, for the one that stdin is */
  tty: boolean;
  stdio: StdioOptions;
}

/** Where scripts run as root: a host, or a stand-in for one in a test. */
export interface Shell {
  run(script: string, options?: RunOptions): Promise<Ran>;
  attach(script: string, options: AttachOptions): Promise<Attached>;
}

/**
 * For `bash -c`: takes what comes in as one script. `bash -s` reads a pipe byte by byte, lest it takes what a command is
 * to read: of a preview's question to a host that was a tenth.
 */
export const takeWhole = 'eval "$(cat)"';

/** How long an open connection may take to answer before it is taken for dead. */
const answersWithinMs = 2000;

/** After how long an answer to a question takes long. */
const longMs = 1000;

/**
 * A host over OpenSSH. The first script opens an authenticated connection, which all that follow share, those
 * of the next run too: ssh itself ends it once it was idle for a minute. Scripts travel on stdin, so that
 * nothing of them is in any argv.
 */
export class SshShell implements Shell {
  readonly #connection: Connection;
  readonly #socket: string;
  readonly #destination: string[];
  #opening: Promise<unknown> | undefined;

  constructor(connection: Connection, hostKey: string) {
    this.#connection = connection;
    const directory = sharedDirectory(connection, hostKey);
    const knownHostsFile = join(directory, 'known_hosts');
    writeFileSync(knownHostsFile, knownHosts(connection, hostKey));
    this.#socket = join(directory, 's');
    this.#destination = sshArgs(connection, { knownHostsFile, controlPath: this.#socket });
  }

  /** @throws {HostError} when the host cannot be reached, or the script fails */
  async run(script: string, options: RunOptions = {}): Promise<Ran> {
    // A script is complete before its first line runs: a connection lost on the way runs none of it.
    const wrapped = `main() {\n${script}\n}\nmain </dev/null\nexit $?\n`;
    const itself = this.#connection.user === 'root' || options.asRoot === false;
    const shell = `${itself ? '' : 'sudo -n '}bash -c '${takeWhole}'`;
    const { code, stdout, stderr } = await this.#share(
      () => execute([...this.#destination, shell], wrapped, options),
      options.repeatable === true,
    );
    if (code === 0) return { stdout };
    if (code !== 255) throw remoteProblem(this.#connection, code, stderr);
    this.#opening = undefined;
    throw hostProblem(this.#connection, stderr, 'the connection was lost');
  }

  /**
   * Starts a script that reads the caller's stdin, so that it cannot travel there: it is in the argv of ssh,
   * and nothing secret may be in it.
   *
   * @throws {HostError} when the host cannot be reached
   */
  async attach(script: string, { tty, stdio }: AttachOptions): Promise<Attached> {
    if (this.#opening === undefined) await this.run('true');
    const shell = this.#connection.user === 'root' ? 'bash' : 'sudo -n bash';
    const quoted = `'${script.replaceAll("'", `'\\''`)}'`;
    const destination = tty
      ? ['-tt', ...this.#destination.filter((each) => each !== '-T')]
      : this.#destination;
    const child = spawn('ssh', ['-o', 'ControlMaster=no', ...destination, `${shell} -c ${quoted}`], {
      stdio,
      env: process.env,
    });
    const ended = new Promise<number>((resolve, reject) => {
      child.once('error', (error) =>
        reject(new HostError('failed', `ssh could not be run: ${error.message}`)),
      );
      child.once('close', (code, signal) => {
        if (signal) resolve(128 + constants.signals[signal]);
        else if (code === 255) this.#itself().then(() => resolve(code), reject);
        else resolve(code ?? 1);
      });
    });
    return { process: child, ended };
  }

  /** A command may end with 255, as ssh does: then the connection is still there. */
  async #itself(): Promise<void> {
    const { code, stderr } = await execute(['-O', 'check', ...this.#destination], '', {});
    if (code !== 0) throw hostProblem(this.#connection, stderr, 'the connection was lost');
  }

  /** The first opens the connection; those that come meanwhile wait until there is one to share. */
  async #share(work: () => Promise<Executed>, repeatable: boolean): Promise<Executed> {
    if (this.#opening !== undefined) {
      await this.#opening;
      return work();
    }
    const first = repeatable ? this.#asked(work) : this.#dropDead().then(work);
    this.#opening = Promise.race([first.catch(() => {}), this.#opened(first)]);
    return first;
  }

  async #opened(first: Promise<unknown>): Promise<void> {
    let over = false;
    first
      .finally(() => {
        over = true;
      })
      .catch(() => {});
    while (!over && !existsSync(this.#socket)) await setTimeout(20);
  }

  /**
   * Uses a connection of an earlier run at once, and asks whether it is dead only where an answer takes longer than
   * answers do.
   */
  async #asked(work: () => Promise<Executed>): Promise<Executed> {
    const attempt = work();
    const settled = attempt.then(
      () => true,
      () => true,
    );
    if (await Promise.race([settled, setTimeout(longMs, false, { ref: false })])) return attempt;
    const [dropped, result] = await Promise.all([this.#dropDead(), attempt.catch(() => undefined)]);
    return dropped ? work() : (result ?? attempt);
  }

  /**
   * Ends a connection of an earlier run whose other end is gone without a word, as after a power cut.
   * @returns whether there was such a one
   */
  async #dropDead(): Promise<boolean> {
    if (!existsSync(this.#socket)) return false;
    const signal = AbortSignal.timeout(answersWithinMs);
    const answered = await execute([...this.#destination, 'true'], '', { signal }).catch(() => undefined);
    if (answered?.code === 0) return false;
    await execute(['-O', 'exit', ...this.#destination], '', {});
    rmSync(this.#socket, { force: true });
    return true;
  }
}

/**
 * A folder for the socket of a connection, its user's own, and the same in each run. Short, because the path
 * of a socket may have at most 107 bytes, of which ssh needs some.
 *
 * @throws when somebody else made it
 */
function sharedDirectory(connection: Connection, hostKey: string): string {
  const key = createHash('sha256')
    .update(JSON.stringify([connection, hostKey]))
    .digest('hex')
    .slice(0, 12);
  const parent = join(process.env.XDG_RUNTIME_DIR || tmpdir(), `containerhost-${userInfo().uid}`);
  for (const directory of [parent, join(parent, key)]) {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    const { uid, mode } = lstatSync(directory);
    if (uid !== userInfo().uid || (mode & 0o77) !== 0)
      throw new HostError('failed', `${directory} is open to others: remove it, and run this again`);
  }
  return join(parent, key);
}
interface Executed {
  code: number;
  stdout: string;
  stderr: string;
}

function execute(args: string[], stdin: string, options: RunOptions): Promise<Executed> {
  return new Promise((resolve, reject) => {
    const child = spawn('ssh', args, {
      stdio: ['pipe', 'pipe', 'pipe'],
      signal: options.signal,
      // The engine ends a provider by killing its group of processes. What a ProxyCommand started would be in it,
      // and without that the shared connection is gone.
      detached: true,
      // said, because a test's own environment is not what a child has by itself
      env: process.env,
    });
    const stdout: Buffer[] = [];
    let stderr = '';
    child.stdout.on('data', (chunk) => stdout.push(chunk));
    let line = '';
    child.stderr.on('data', (chunk) => {
      line += chunk;
      const lines = line.split('\n');
      line = lines.pop() ?? '';
      for (const each of lines) {
        const progress = /^containerhost-progress: (.*)$/.exec(each)?.[1];
        if (progress === undefined) stderr += `${each}\n`;
        else options.progress?.(progress);
      }
    });
    // ssh may be gone before it has read all.
    child.stdin.on('error', () => {});
    child.stdin.end(stdin);
    child.once('error', (error) => {
      const cancelled = error.name === 'AbortError';
      reject(
        new HostError(
          cancelled ? 'cancelled' : 'failed',
          cancelled ? 'cancelled' : `ssh could not be run: ${error.message}`,
        ),
      );
    });
    child.once('close', (code) => {
      resolve({ code: code ?? 255, stdout: Buffer.concat(stdout).toString('utf8'), stderr: stderr + line });
    });
  });
}
