import type { Value } from './value.ts';
import { splitWords } from './words.ts';

/** Reads `command` or `entrypoint`: a list, or a string that is split into words. Null keeps the image's. */
export function readCommand(value: Value): string[] | null {
  if (!value.there) return null;
  let words: string[];
  if (value.isList) {
    words = value.items().map((item) => item.string());
  } else {
    const split = splitWords(value.string());
    if ('fault' in split) {
      value.complain({
        expected: split.fault,
        fix: 'quote it, write the command as a list, or start a shell: ["/bin/sh", "-c", "..."]',
      });
      return null;
    }
    words = split.words;
  }
  if (words.length === 0) {
    value.complain({ expected: 'at least one word', fix: "delete the key to keep the image's own" });
    return null;
  }
  return words;
}
