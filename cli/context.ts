import type { Connection } from '../provider/ssh/args.ts';
import type { Shell } from '../provider/ssh/shell.ts';
import type { Stack } from './stack.ts';

/** What a command has around it: its terminal, its folder, and the way to a stack. Replaced in tests. */
export interface Context {
  /** the project's folder */
  root: string;
  /** where the operator called from: paths on the command line start there */
  cwd: string;
  out: Stream;
  err: Stream;
  /** whether the operator's keyboard is what stdin comes from */
  interactive: boolean;
  environment: NodeJS.ProcessEnv;
  /** @param name default: the stack that Pulumi has selected */
  openStack(name: string | undefined): Promise<Stack>;
  /** the way to a host that no state knows of yet */
  connect(connection: Connection, hostKey: string): Shell;
}

export interface Stream {
  write(text: string): void;
  /** false: nobody looks at it, so no colour */
  terminal: boolean;
  columns: number;
}

/** Wraps an action: what it resolves to is the exit code. */
export type Run = <A extends unknown[]>(
  action: (context: Context, ...given: A) => Promise<number>,
) => (...given: A) => Promise<void>;

/** Options that every command of a stack has. */
export interface StackOptions {
  stack?: string;
  json?: boolean;
}

/** Prints a value for programs to read. */
export function printJson({ out }: Pick<Context, 'out'>, value: unknown): void {
  out.write(`${JSON.stringify(value, null, 2)}\n`);
}
