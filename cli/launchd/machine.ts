import { CliError } from '../exit.ts';

/** A machine of Podman's on macOS, as `podman machine inspect` tells of it. */
export interface PodmanMachine {
  name: string;
  /** Podman's word: `running`, `stopped`, … */
  state: string;
}

/** Reads what `podman machine inspect NAME` printed. @throws {CliError} when that is no machine */
export function parseMachine(name: string, printed: string): PodmanMachine {
  let found: unknown;
  try {
    [found] = JSON.parse(printed) as unknown[];
  } catch {
    found = undefined;
  }
  const { Name, State } = (found ?? {}) as { Name?: unknown; State?: unknown };
  if (Name !== name || typeof State !== 'string')
    throw new CliError(`podman machine inspect ${name}: expected one machine of that name, as JSON`);
  return { name, state: State };
}
