import { spawn } from 'node:child_process';
import { ToolchainError } from './error.ts';

export interface RunOptions {
  cwd?: string;
  env?: NodeJS.ProcessEnv;
  /** called with each line of either output, as it comes */
  onLine?: (line: string) => void;
  /** after which the command, and whatever it started, is killed */
  timeoutMs?: number;
}

/** How much of a failed command's output its error shows. */
const shownLines = 15;

/**
 * Runs a command and returns its standard output.
 *
 * @throws if it cannot be started, fails, or takes too long; with the last lines it printed
 */
export function run(command: string, args: string[], options: RunOptions = {}): Promise<string> {
  return new Promise((resolve, reject) => {
    // In a group of its own when it can be killed, so that its children end with it.
    const detached = options.timeoutMs !== undefined;
    const child = spawn(command, args, {
      cwd: options.cwd,
      env: options.env ?? process.env,
      stdio: ['ignore', 'pipe', 'pipe'],
      detached,
    });
    let stdout = '';
    const last: string[] = [];
    const lines = (stream: NodeJS.ReadableStream) => {
      let rest = '';
      stream.setEncoding('utf8').on('data', (chunk: string) => {
        const complete = (rest + chunk).split('\n');
        rest = complete.pop() ?? '';
        for (const line of complete) {
          last.push(line);
          if (last.length > shownLines) last.shift();
          options.onLine?.(line);
        }
      });
      stream.on('end', () => rest && last.push(rest));
    };
    lines(child.stdout);
    lines(child.stderr);
    child.stdout.on('data', (chunk: string) => {
      stdout += chunk;
    });
    let late = false;
    const kill = () => {
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
    };
    const timer = detached
      ? setTimeout(() => {
          late = true;
          kill();
        }, options.timeoutMs)
      : undefined;
    // A group of its own gets no Ctrl-C from the terminal.
    const abandon = () => {
      kill();
      process.exit(130);
    };
    const signals = detached ? (['SIGINT', 'SIGTERM'] as const) : [];
    for (const signal of signals) process.once(signal, abandon);
    const finish = () => {
      clearTimeout(timer);
      for (const signal of signals) process.off(signal, abandon);
    };
    child.on('error', (error) => {
      finish();
      reject(new ToolchainError(`cannot run "${command}": ${error.message}`));
    });
    child.on('close', (code, signal) => {
      finish();
      if (code === 0) resolve(stdout);
      else {
        const how = late
          ? `was stopped after ${(options.timeoutMs ?? 0) / 1000} s`
          : `failed (${signal ?? `exit code ${code}`})`;
        reject(
          new ToolchainError([`"${[command, ...args].join(' ')}" ${how}`, ...last].join('\n  ').trimEnd()),
        );
      }
    });
  });
}
