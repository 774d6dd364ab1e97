import { type Finding, findingText, type Severity } from '../preflight/finding.ts';
import { wrapped } from './table.ts';

export type Label = Severity | 'unknown' | 'well';

/** What stands before a finding. */
export const labels: Record<Label, string> = {
  refusal: 'refused',
  warning: 'differs',
  note: 'handled',
  unknown: 'unknown',
  well: 'ok',
};

/** Findings below each other, in 80 columns. */
export function findingLines(
  findings: readonly Finding[],
  words: Record<Severity, string> = labels,
): string[] {
  return findings.flatMap((finding) => labelled(words[finding.severity], findingText(finding)));
}

/** A text of several lines, with a word before the first. */
export function labelled(label: string, text: string): string[] {
  const [first = '', ...rest] = wrapped(text.split(/\s+/), '', 69);
  return [`  ${label.padEnd(7)}  ${first}`, ...rest.map((line) => `${' '.repeat(11)}${line}`)];
}
