import { homedir } from 'node:os';
import { resolve } from 'node:path';
import { CliError, exit } from '../exit.ts';

/** What `-v` names. */
export type Volume =
  /** a folder of the operator's machine: sent to the host, and what was changed comes back */
  | { kind: 'folder'; path: string; target: string; readOnly: boolean }
  /** a named volume of the stack, always read-only: a service writes it */
  | { kind: 'volume'; volume: string; target: string };

/**
 * As docker and podman read it: a source with a slash, or that begins with `.` or `~`, is a path.
 *
 * @throws {CliError} with what was expected
 */
export function parseVolume(text: string, cwd: string): Volume {
  const [source = '', target = '', mode = '', ...rest] = text.split(':');
  const wrong = (expected: string) => new CliError(`-v '${text}': expected ${expected}`, exit.usage);
  if (source === '' || !target.startsWith('/') || rest.length > 0)
    throw wrong('FROM:TO or FROM:TO:ro, where TO is an absolute path in the container');
  if (!['', 'ro', 'rw'].includes(mode)) throw wrong(`ro or rw at the end, found '${mode}'`);
  if (/^[.~]|\//.test(source)) {
    const path = resolve(cwd, source.replace(/^~(?=\/|$)/, homedir()));
    return { kind: 'folder', path, target, readOnly: mode === 'ro' };
  }
  if (mode === 'rw') throw wrong('no rw: a volume of the stack is read-only here, for a service writes it');
  return { kind: 'volume', volume: source, target };
}
