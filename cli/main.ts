import { resolve } from 'node:path';
import { SshShell } from '../provider/ssh/shell.ts';
import type { Context, Stream } from './context.ts';
import { runProgram } from './program.ts';

const root = resolve(import.meta.dirname, '..');
// npx goes to the project's folder first, and says where it was called
const cwd = process.env.INIT_CWD ?? process.cwd();
// what the provider's modules look up, they look up in the project
process.chdir(root);

const stream = (to: NodeJS.WriteStream): Stream => ({
  write: (text) => void to.write(text),
  terminal: to.isTTY === true && !process.env.NO_COLOR,
  columns: to.columns || 80,
});

const context: Context = {
  root,
  cwd,
  out: stream(process.stdout),
  err: stream(process.stderr),
  interactive: process.stdin.isTTY === true,
  environment: process.env,
  connect: (connection, hostKey) => new SshShell(connection, hostKey),
  openStack: async (name) => (await import('./stack.ts')).openStack(root, name),
};
// a reader that has seen enough, such as `head`, is no error
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit(0);
});
process.exitCode = await runProgram(process.argv.slice(2), context);
