/**
 * What was found before anything is touched.
 * - `refusal`: it would fail, or do harm: nothing is begun
 * - `warning`: it works, and differs from what was declared
 * - `note`: it differs between the runtimes, and is taken care of
 */
export type Severity = 'refusal' | 'warning' | 'note';

export interface Finding {
  severity: Severity;
  /** `host`, or the field of a service: `services.web.cap_add` */
  where: string;
  /** what was found, and what follows from it */
  found: string;
  /** what to do; of a note, what is done */
  fix: string;
}

/** One line for a person. */
export function findingText({ where, found, fix }: Finding): string {
  return `${where}: ${found}. ${fix}`;
}

export function ofSeverity(findings: readonly Finding[], severity: Severity): Finding[] {
  return findings.filter((finding) => finding.severity === severity);
}
