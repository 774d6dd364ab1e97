/** A duration as Go programs read it: `30s`, `1500ms`. */
export function goDuration(ms: number): string {
  return ms % 1000 === 0 ? `${ms / 1000}s` : `${ms}ms`;
}

/** Whole seconds, never less than asked for: the engines count a stop's grace in these. */
export function wholeSeconds(ms: number): number {
  return Math.ceil(ms / 1000);
}
