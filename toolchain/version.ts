/** A version of numbers and dots; anything after them (`-alpha`, `rc1`) is left out. */
export type Version = readonly number[];

/** The first version in a text such as `v3.258.0` or `go version go1.24.4 linux/amd64`; null if there is none. */
export function parseVersion(text: string): Version | null {
  const match = /\d+(\.\d+)+/.exec(text);
  return match ? match[0].split('.').map(Number) : null;
}

/** Whether `version` is `minimum` or later. */
export function atLeast(version: Version, minimum: Version): boolean {
  for (let i = 0; i < Math.max(version.length, minimum.length); i++) {
    const difference = (version[i] ?? 0) - (minimum[i] ?? 0);
    if (difference !== 0) return difference > 0;
  }
  return true;
}
