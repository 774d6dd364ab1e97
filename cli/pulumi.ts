import { spawn } from 'node:child_process';
import { CliError } from './exit.ts';

/** Runs `pulumi` in the project, and returns what it printed. @throws {CliError} with what it said */
export function pulumi(root: string, args: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn('pulumi', ['--non-interactive', '--color=never', ...args], {
      cwd: root,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const stdout: Buffer[] = [];
    let stderr = '';
    child.stdout.on('data', (chunk) => stdout.push(chunk));
    child.stderr.setEncoding('utf8').on('data', (chunk) => {
      stderr += chunk;
    });
    child.once('error', (error: NodeJS.ErrnoException) => {
      const missing = error.code === 'ENOENT';
      const said = missing ? 'it is not on PATH. README.md, "Before the first time"' : error.message;
      reject(new CliError(`pulumi cannot be run: ${said}`));
    });
    child.once('close', (code) => {
      if (code === 0) return resolve(Buffer.concat(stdout).toString('utf8'));
      const said = stderr.replace(/^error: /m, '').trim() || `it ended with ${code}`;
      reject(new CliError(`pulumi ${args.slice(0, 2).join(' ')}: ${said}`));
    });
  });
}
