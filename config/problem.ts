import { distance } from 'fastest-levenshtein';
import { looksSecret } from '../spec/secretLike.ts';

/** What is wrong with one key of the stack's configuration. */
export interface Problem {
  /** as `pulumi config set --path` takes it: `cortex:host.port` */
  key: string;
  /** the value as it is shown; empty where there is none, or where it must not be shown */
  found: string;
  expected: string;
  /** what to do next */
  fix: string;
}

/**
 * Everything that is wrong with a stack's configuration: collected, so that all of it is told at once.
 * Pulumi prints what has this mark, its SDK's RunError, without a stack trace: the reader looks for a key, not
 * for code.
 */
export class ConfigError extends Error {
  readonly __pulumiRunError = true;
  readonly problems: readonly Problem[];

  constructor(stack: string, problems: readonly Problem[]) {
    const count = problems.length === 1 ? '1 problem' : `${problems.length} problems`;
    super(`configuration of stack '${stack}': ${count}\n\n${problems.map(format).join('\n\n')}`);
    this.name = 'ConfigError';
    this.problems = problems;
  }
}

function format(problem: Problem): string {
  const found = problem.found === '' ? '' : `  found     ${problem.found}\n`;
  return `${problem.key}\n${found}  expected  ${problem.expected}\n  fix       ${problem.fix}`;
}

/** A value as a message shows it: JSON, cut where it grows long, and never one that may be a secret. */
export function show(value: unknown): string {
  if (value === undefined) return 'nothing';
  const text = JSON.stringify(value);
  if (holdsSecret(value)) return '(not shown: it looks like a secret)';
  return text.length <= 80 ? text : `${text.slice(0, 77)}...`;
}

function holdsSecret(value: unknown): boolean {
  if (typeof value === 'string') return looksSecret(value);
  return typeof value === 'object' && value !== null && Object.values(value).some(holdsSecret);
}

/** The known word that was most likely meant, if one is near enough. */
export function nearest(word: string, known: readonly string[]): string | undefined {
  const furthest = Math.max(2, Math.floor(word.length / 3));
  return known
    .map((candidate) => ({ candidate, far: distance(word.toLowerCase(), candidate.toLowerCase()) }))
    .filter(({ far }) => far <= furthest)
    .sort((a, b) => a.far - b.far)[0]?.candidate;
}

/** The command that sets a key. Nested keys need `--path`. */
export function setCommand(key: string, value: string): string {
  const path = key.includes('.') || key.includes('[') ? '--path ' : '';
  return `pulumi config set ${path}'${key}' ${/^[\w./:@-]+$/.test(value) ? value : `'${value}'`}`;
}

export function removeCommand(key: string): string {
  return `pulumi config rm ${key.includes('.') || key.includes('[') ? '--path ' : ''}'${key}'`;
}

/** A step into a key: `cortex:env` and `LOG_LEVEL` make `cortex:env.LOG_LEVEL`. */
export function step(key: string, name: string): string {
  return /^[\w-]+$/.test(name) ? `${key}.${name}` : `${key}["${name}"]`;
}
