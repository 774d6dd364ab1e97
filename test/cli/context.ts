import type { Context, Stream } from '../../cli/context.ts';
import { runProgram } from '../../cli/program.ts';
import type { Stack } from '../../cli/stack.ts';
import { type Answer, FakeHost } from '../provider/fakeHost.ts';
import { host } from '../provider/fixture.ts';

/** What a command line printed, and how it ended. */
export interface Ran {
  code: number;
  out: string;
  err: string;
}

/** A stack `test` on one host that answers as it is told. */
export function fakeStack(answer: Answer, changes: Partial<Stack> = {}) {
  const fake = new FakeHost(answer);
  const stack: Stack = {
    name: 'test',
    root: '/project',
    state: { services: {}, hosts: [host] },
    resources: [],
    hosts: fake.hosts,
    declared: () => {
      throw new Error('nothing is declared');
    },
    history: () => Promise.resolve('[]'),
    ...changes,
  };
  return { stack, fake };
}

/** Runs a command line as `npx cortex` does. */
export async function cortex(argv: string[], changes: Partial<Context> = {}): Promise<Ran> {
  const ran: Ran = { code: -1, out: '', err: '' };
  const stream = (name: 'out' | 'err'): Stream => ({
    write: (text) => {
      ran[name] += text;
    },
    terminal: false,
    columns: 80,
  });
  const code = await runProgram(argv, {
    root: '/project',
    cwd: '/project',
    out: stream('out'),
    err: stream('err'),
    interactive: false,
    environment: {},
    connect: () => {
      throw new Error('no host is needed here');
    },
    openStack: () => Promise.reject(new Error('no stack is needed here')),
    ...changes,
  });
  return { ...ran, code };
}
