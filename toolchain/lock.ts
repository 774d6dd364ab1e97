import { spawn } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { ToolchainError } from './error.ts';

/**
 * Does work while holding an exclusive lock on a file, across processes. A child holds it as long as its
 * input is open: however this process ends, the lock is free again.
 */
export async function withLock<T>(
  file: string,
  work: () => Promise<T>,
  onWait: () => void = () => {},
): Promise<T> {
  mkdirSync(dirname(file), { recursive: true });
  const holder = spawn('flock', ['--exclusive', file, 'sh', '-c', 'echo locked; exec cat >/dev/null'], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const ended = new Promise<void>((resolve) => holder.on('close', () => resolve()));
  const waiting = setTimeout(onWait, 1000);
  try {
    await new Promise<void>((resolve, reject) => {
      const fail = (how: string) => reject(new ToolchainError(`cannot lock "${file}": ${how}`));
      holder.stdout.once('data', () => resolve());
      holder.once('error', (error) => fail(error.message));
      holder.once('exit', (code) => fail(`flock exited with ${code}`));
    });
    clearTimeout(waiting);
    return await work();
  } finally {
    clearTimeout(waiting);
    holder.stdin.end();
    await ended;
  }
}
