import type { Value } from './value.ts';

/**
 * Reads `user` as numbers. Names are those of the image's /etc/passwd, which nobody can read before the
 * image runs, while the owner of the service's files must be known before.
 */
export function readUser(value: Value): { uid: number; gid: number } | null {
  if (!value.there) return null;
  const text = value.string();
  if (/^(root|0)(:(root|0))?$/.test(text)) return { uid: 0, gid: 0 };
  const match = /^(\d{1,9}):(\d{1,9})$/.exec(text);
  if (match) return { uid: Number(match[1]), gid: Number(match[2]) };
  value.complain({
    expected: /^\d+$/.test(text)
      ? 'a group too: without one it depends on the image'
      : 'a user and a group as numbers, which mean the same on the host, in every image and on both runtimes',
    fix: /^\d+$/.test(text)
      ? `write "${text}:${text}"`
      : 'write "1000:1000" (`id` in a container of the image tells)',
  });
  return null;
}
