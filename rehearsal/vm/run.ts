import { spawn } from 'node:child_process';

export interface RunOptions {
  input?: string;
  env?: Record<string, string>;
  /** called with every line of standard output and standard error, as it comes */
  onLine?: (line: string) => void;
  /** return standard output even when the command fails */
  tolerate?: boolean;
}

/**
 * Runs a tool of this machine and returns its standard output.
 * @throws with the command line, its exit code and the end of its standard error
 */
export function run(argv: string[], options: RunOptions = {}): Promise<string> {
  const [file, ...args] = argv;
  if (file === undefined) throw new Error('run: the command is empty');
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, {
      stdio: ['pipe', 'pipe', 'pipe'],
      env: options.env ? { ...process.env, ...options.env } : process.env,
    });
    let stdout = '';
    let stderr = '';
    const lines = options.onLine;
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
      if (lines) text.split('\n').filter(Boolean).forEach(lines);
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr = (stderr + text).slice(-8192);
      if (lines) text.split('\n').filter(Boolean).forEach(lines);
    });
    child.stdin.on('error', () => {}); // the command may end without reading its input
    child.stdin.end(options.input ?? '');
    child.on('error', (error: NodeJS.ErrnoException) =>
      reject(
        error.code === 'ENOENT'
          ? new Error(`"${file}" is not installed on this machine, or not on PATH`)
          : new Error(`could not run "${argv.join(' ')}": ${error.message}`),
      ),
    );
    child.on('close', (code, signal) => {
      if (code === 0 || options.tolerate) return resolve(stdout);
      const how = signal ? `was killed by ${signal}` : `exited with ${code}`;
      reject(new Error(`"${argv.join(' ')}" ${how}:\n${stderr.trim() || stdout.trim().slice(-2048)}`));
    });
  });
}
