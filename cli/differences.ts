/** Lines that are in one text and not in the other, in their order: `-` is gone, `+` is new. */
export function differences(before: string, after: string): string {
  const [old, next] = [before.split('\n'), after.split('\n')];
  const gone = old.filter((line) => !next.includes(line)).map((line) => `- ${line}`);
  const come = next.filter((line) => !old.includes(line)).map((line) => `+ ${line}`);
  return [...gone, ...come].map((line) => `${line}\n`).join('');
}
