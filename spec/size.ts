/** `45 MiB`, of bytes: the unit is always the same, so that two sizes can be compared. */
export function mib(bytes: number): string {
  return `${Math.round(bytes / 2 ** 20)} MiB`;
}
