/**
 * What is wrong with a compose file. Problems are collected, not thrown one by one, so that a reader of
 * the file sees all of them at once.
 */

/** Keys and list indexes from the top of the file: `['services', 'web', 'ports', 0]`. */
export type Path = readonly (string | number)[];

export interface Problem {
  /** a warning is told, and the file is used all the same */
  severity: 'error' | 'warning';
  file: string;
  /** counted from 1 */
  line: number;
  /** as people write it: `services.web.ports[0]` */
  path: string;
  /** what the file says, quoted; empty where the key itself is the problem */
  found: string;
  expected: string;
  /** what to do next */
  fix: string;
}

/** What a reader says about a value; the rest of a `Problem` follows from where the value stands. */
export interface Complaint {
  severity?: Problem['severity'];
  found?: string;
  expected: string;
  fix: string;
}

/** Everything that is wrong with the file, warnings excluded. The only error that `loadCompose` throws. */
export class ComposeError extends Error {
  readonly problems: readonly Problem[];

  constructor(file: string, problems: readonly Problem[]) {
    const count = problems.length === 1 ? '1 problem' : `${problems.length} problems`;
    super(`${file}: ${count}\n\n${formatProblems(problems)}`);
    this.name = 'ComposeError';
    this.problems = problems;
  }
}

/** `services.web.ports[0]`; a key that holds a dot or a bracket is quoted. */
export function formatPath(path: Path): string {
  let text = '';
  for (const part of path) {
    if (typeof part === 'number') text += `[${part}]`;
    else if (/^[^.[\]"\s]+$/.test(part)) text += text === '' ? part : `.${part}`;
    else text += `[${JSON.stringify(part)}]`;
  }
  return text === '' ? '(the file)' : text;
}

/** A value as a message shows it: JSON, cut where it grows long. */
export function quote(value: unknown): string {
  const text = JSON.stringify(value) ?? 'nothing';
  return text.length <= 80 ? text : `${text.slice(0, 77)}...`;
}

/**
 * One block per problem. What several services inherit from one line, through an anchor, is one block
 * that names all of them.
 */
export function formatProblems(problems: readonly Problem[]): string {
  const blocks = new Map<string, { problem: Problem; paths: string[] }>();
  for (const problem of problems) {
    const { path, ...same } = problem;
    const key = JSON.stringify(same);
    const block = blocks.get(key);
    if (block) block.paths.push(path);
    else blocks.set(key, { problem, paths: [path] });
  }
  return [...blocks.values()].map(({ problem, paths }) => formatBlock(problem, paths)).join('\n\n');
}

function formatBlock(problem: Problem, paths: string[]): string {
  const [first, ...others] = paths;
  const lines = [
    `${problem.file}:${problem.line}: ${problem.severity === 'warning' ? 'warning: ' : ''}${first}`,
    ...others.map((path) => `  and at    ${path}`),
    ...(problem.found === '' ? [] : [`  found     ${problem.found}`]),
    `  expected  ${problem.expected}`,
    `  fix       ${problem.fix}`,
  ];
  return lines.join('\n');
}
