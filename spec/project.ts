import { canonicalJson, sha256 } from './digest.ts';

/**
 * A file or folder of a delivered part of the project. `path` is relative to that part, '' for itself.
 * Of the mode only "executable" counts: the rest depends on the umask of whoever checked the project out.
 */
export type ProjectEntry =
  | { kind: 'folder'; path: string }
  | { kind: 'file'; path: string; executable: boolean; sha256: string };

/** The hash of a delivered file or folder: its paths, modes and contents, whatever the order of entries. */
export function projectDigest(entries: readonly ProjectEntry[]): string {
  return sha256(canonicalJson([...entries].sort((a, b) => (a.path < b.path ? -1 : 1))));
}

/** Names of a project's compose file, in the order in which `docker compose` looks for them. */
const composeFileNames = ['compose.yaml', 'compose.yml', 'docker-compose.yaml', 'docker-compose.yml'];

/** The project's compose file: the first that is there. */
export function composeFileOf(isThere: (name: string) => boolean): string {
  return composeFileNames.find(isThere) ?? 'compose.yaml';
}
