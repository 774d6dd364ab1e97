import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { run } from './run.ts';

/** What is mounted at or below `path`, in the text of /proc/self/mounts, innermost first. */
export function mountsBelow(path: string, mounts: string): string[] {
  return mounts
    .split('\n')
    .map((line) =>
      (line.split(' ')[1] ?? '').replace(/\\(\d{3})/g, (_, octal) => String.fromCharCode(parseInt(octal, 8))),
    )
    .filter((place) => place === path || place.startsWith(`${path}/`))
    .reverse();
}

/** Removes a directory that was a machine's root: never what is mounted in it, which is taken out first. */
export async function removeTree(path: string): Promise<void> {
  const whole = resolve(path);
  for (const place of mountsBelow(whole, readFileSync('/proc/self/mounts', 'utf8')))
    await run(['umount', place]);
  await run(['rm', '-rf', '--one-file-system', whole]);
}
