import { posix } from 'node:path';

/** Why a file or folder of the project cannot be used. */
export interface Refusal {
  /** it is not there, which is all right for an optional one */
  missing: boolean;
  /** completes "it ..." */
  reason: string;
}

/** The project's files, as much of them as a compose file can ask for. Paths are relative to the project. */
export interface ProjectFiles {
  /** the text of a file */
  read(path: string): string | Refusal;
  /** a hash of the content of a file or folder, see `projectDigest` */
  digest(path: string): string | Refusal;
}

/** `./a/../b/` as `b`, '.' for the project itself, or undefined where it leads out of the project. */
export function projectPath(text: string): string | undefined {
  if (posix.isAbsolute(text)) return undefined;
  const path = posix.normalize(text).replace(/\/+$/, '');
  return path === '..' || path.startsWith('../') ? undefined : path;
}

/** An absolute path in its shortest form, or undefined where it is none. */
export function absolutePath(text: string): string | undefined {
  if (!posix.isAbsolute(text)) return undefined;
  const path = posix.normalize(text);
  return path === '/' ? path : path.replace(/\/+$/, '');
}
