import type { Finding } from '../finding.ts';

/** One thing that is looked at before the first `up`. */
export interface Area {
  name: string;
  /** what is as it should be */
  well: string[];
  findings: Finding[];
  /** what nobody answered: neither well nor wrong */
  unknown: Finding[];
}

/** What a program or a service said when it was asked. */
export type Answer<T> =
  | { kind: 'answered'; value: T }
  /** it said no */
  | { kind: 'refused'; said: string }
  /** it could not be reached, or did not answer in time */
  | { kind: 'silent'; said: string };

export function area(name: string): Area {
  return { name, well: [], findings: [], unknown: [] };
}

export function refusal(where: string, found: string, fix: string): Finding {
  return { severity: 'refusal', where, found, fix };
}

export function warning(where: string, found: string, fix: string): Finding {
  return { severity: 'warning', where, found, fix };
}

/** Nothing was learned: told as such, and never as something that is not there. */
export function unanswered(where: string, said: string): Finding {
  return { severity: 'warning', where, found: `no answer (${said})`, fix: 'Run this again' };
}
