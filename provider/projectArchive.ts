import { execFileSync } from 'node:child_process';
import { statSync } from 'node:fs';
import { basename, dirname } from 'node:path';

export interface ProjectArchive {
  /** when the source is a file: its name inside the delivered folder; empty for a folder */
  fileName: string;
  tar(): Uint8Array;
}

/** A folder or file of the project, to be delivered. `source` is relative to the project, where the engine runs us. */
export function projectArchive(source: string): ProjectArchive {
  const isFolder = statSync(source).isDirectory();
  const [folder, member] = isFolder ? [source, '.'] : [dirname(source), basename(source)];
  return {
    fileName: isFolder ? '' : basename(source),
    // Owners and times of the operator's machine mean nothing on the host.
    tar: () =>
      execFileSync(
        'tar',
        [
          '--sort=name',
          '--owner=0',
          '--group=0',
          '--numeric-owner',
          '--mtime=@0',
          '-C',
          folder,
          '-cf',
          '-',
          '--',
          member,
        ],
        {
          maxBuffer: 1 << 30,
        },
      ),
  };
}
