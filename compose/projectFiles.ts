import { lstatSync, readdirSync, readFileSync, realpathSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { sha256 } from '../spec/digest.ts';
import { type ProjectEntry, projectDigest } from '../spec/project.ts';
import { type ProjectFiles, projectPath, type Refusal } from './project.ts';

/**
 * The one place where the files of the project are read: those that a compose file names, and the
 * folders that are delivered to a host. Nothing outside of `root` is ever read: a path that leads out is
 * refused, and so is a symbolic link, which would mean something else on the host.
 */
export function projectFiles(root: string): ProjectFiles {
  return {
    read: (path) => {
      const place = locate(root, path);
      if (typeof place !== 'string') return place;
      if (!lstatSync(place).isFile()) return refuse('is not a file');
      try {
        return new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(place));
      } catch (error) {
        const encoding = code(error) === 'ERR_ENCODING_INVALID_ENCODED_DATA';
        return refuse(encoding ? 'is not text in UTF-8' : `cannot be read (${code(error)})`);
      }
    },
    digest: (path) => {
      const entries = projectEntries(root, path);
      return Array.isArray(entries) ? projectDigest(entries) : entries;
    },
  };
}

/** A file, or a folder and everything in it, with the hash of each content. */
export function projectEntries(root: string, path: string): ProjectEntry[] | Refusal {
  const place = locate(root, path);
  if (typeof place !== 'string') return place;
  const entries: ProjectEntry[] = [];
  const refusal = collect(place, '', entries);
  return refusal ?? entries;
}

function collect(place: string, path: string, entries: ProjectEntry[]): Refusal | undefined {
  try {
    const status = lstatSync(place);
    if (status.isDirectory()) {
      entries.push({ kind: 'folder', path });
      for (const name of readdirSync(place).sort()) {
        const refusal = collect(join(place, name), path === '' ? name : `${path}/${name}`, entries);
        if (refusal) return refusal;
      }
    } else if (status.isFile()) {
      const executable = (status.mode & 0o100) !== 0;
      entries.push({ kind: 'file', path, executable, sha256: sha256(readFileSync(place)) });
    } else {
      return refuse(`holds what is neither a file nor a folder: ${path}`);
    }
    return undefined;
  } catch (error) {
    return refuse(`cannot be read (${code(error)} at ${path === '' ? 'itself' : path})`);
  }
}

/** Where a path of the project is on disk, if no part of it is a symbolic link. */
function locate(root: string, path: string): string | Refusal {
  const inside = projectPath(path);
  if (inside === undefined) return refuse('leads out of the project');
  try {
    const base = realpathSync(root);
    const place = join(base, inside);
    const real = realpathSync(place);
    if (real === place) return place;
    const out = relative(base, real).split(sep)[0] === '..';
    return refuse(out ? 'is a symbolic link out of the project' : 'is reached through a symbolic link');
  } catch (error) {
    return code(error) === 'ENOENT'
      ? { missing: true, reason: 'is not there' }
      : refuse(`cannot be read (${code(error)})`);
  }
}

function refuse(reason: string): Refusal {
  return { missing: false, reason };
}

function code(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? String(error);
}
