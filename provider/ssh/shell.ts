import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
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
}

/** Where scripts run as root: a host, or a stand-in for one in a test. */
export interface Shell {
  run(script: string, options?: RunOptions): Promise<Ran>;
  close(): void;
}

/**
 * A host over OpenSSH: one authenticated connection, opened at the first script and shared by all that
 * follow. The script travels on stdin, so that nothing of it is in any argv.
 */
export class SshShell implements Shell {
  readonly #connection: Connection;
  readonly #directory: string;
  readonly #destination: string[];
  #master: ChildProcess | undefined;
  #opening: Promise<void> | undefined;

  constructor(connection: Connection, hostKey: string) {
    this.#connection = connection;
    // Short, because the path of a socket may have at most 107 bytes.
    this.#directory = mkdtempSync(join(tmpdir(), 'ch-'));
    const knownHostsFile = join(this.#directory, 'known_hosts');
    writeFileSync(knownHostsFile, knownHosts(connection, hostKey));
    this.#destination = sshArgs(connection, { knownHostsFile, controlPath: join(this.#directory, 's') });
  }

  /** @throws {HostError} when the host cannot be reached, or the script fails */
  async run(script: string, options: RunOptions = {}): Promise<Ran> {
    this.#opening ??= this.#open(options.signal);
    try {
      await this.#opening;
    } catch (error) {
      this.#opening = undefined;
      throw error;
    }
    // A script is complete before its first line runs: a connection lost on the way runs none of it.
    const wrapped = `main() {\n${script}\n}\nmain </dev/null\nexit $?\n`;
    const shell = this.#connection.user === 'root' ? 'bash -s' : 'sudo -n bash -s';
    const result = await execute(['-o', 'ControlMaster=no', ...this.#destination, shell], wrapped, options);
    if (result.code === 0) return { stdout: result.stdout };
    if (result.code === 255) {
      this.#opening = undefined;
      this.#master?.kill();
      throw hostProblem(this.#connection, result.stderr, 'the connection was lost');
    }
    throw remoteProblem(this.#connection, result.code, result.stderr);
  }

  async #open(signal?: AbortSignal): Promise<void> {
    const master = spawn(
      'ssh',
      ['-o', 'ControlMaster=yes', '-o', 'ControlPersist=no', '-N', ...this.#destination],
      {
        stdio: ['ignore', 'ignore', 'pipe'],
      },
    );
    this.#master = master;
    let stderr = '';
    master.stderr?.on('data', (chunk) => {
      stderr += chunk;
    });
    let ended: string | undefined;
    master.once('error', (error) => {
      ended = error.message;
    });
    master.once('exit', (code) => {
      ended = `ssh ended with ${code}`;
    });
    while (ended === undefined) {
      const check = await execute(['-O', 'check', ...this.#destination], '', {});
      if (check.code === 0) return;
      if (signal?.aborted) {
        master.kill();
        throw new HostError('cancelled', `cancelled while connecting to ${this.#connection.address}`);
      }
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    throw hostProblem(this.#connection, stderr, ended);
  }

  close(): void {
    this.#master?.kill();
    this.#opening = undefined;
    rmSync(this.#directory, { recursive: true, force: true });
  }
}

interface Executed {
  code: number;
  stdout: string;
  stderr: string;
}

function execute(args: string[], stdin: string, options: RunOptions): Promise<Executed> {
  return new Promise((resolve, reject) => {
    const child = spawn('ssh', args, { stdio: ['pipe', 'pipe', 'pipe'], signal: options.signal });
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
