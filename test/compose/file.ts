import { type Compose, type ComposeInput, loadCompose } from '../../compose/load.ts';
import { ComposeError, type Problem } from '../../compose/problem.ts';
import type { ServiceSpec } from '../../spec/service.ts';

export interface Around extends Partial<Omit<ComposeInput, 'file' | 'project'>> {
  /** text files of the project */
  files?: Record<string, string>;
  /** files and folders that can be mounted, with their digests */
  digests?: Record<string, string>;
}

const missing = { missing: true, reason: 'is not there' };

/** Loads a text as compose.yaml of a project that exists in memory only. */
export function load(text: string, around: Around = {}): Compose {
  const { files = {}, digests = {}, ...rest } = around;
  const all: Record<string, string> = { ...files, 'compose.yaml': text };
  return loadCompose({
    file: 'compose.yaml',
    project: { read: (path) => all[path] ?? missing, digest: (path) => digests[path] ?? missing },
    env: {},
    secretNames: [],
    profiles: [],
    supplied: { secrets: [], configs: [] },
    ...rest,
  });
}

/** A file with one service `web`, which has an image and these lines; `rest` are further sections. */
export function fileWith(lines: string, rest = ''): string {
  const indented = lines
    .split('\n')
    .map((line) => `    ${line}`)
    .join('\n');
  return `services:\n  web:\n    image: team/web:1.2.3\n${indented}\n${rest}`;
}

/** The spec of `web` in `fileWith`. */
export function web(lines: string, rest = '', around: Around = {}): ServiceSpec {
  const [spec] = load(fileWith(lines, rest), around).services;
  if (!spec) throw new Error('no service');
  return spec;
}

/** What a file is refused for; none if it is not. */
export function problems(text: string, around: Around = {}): readonly Problem[] {
  try {
    load(text, around);
    return [];
  } catch (error) {
    if (error instanceof ComposeError) return error.problems;
    throw error;
  }
}

/** The same for `fileWith`, as `path: expected`. */
export function refusals(lines: string, rest = '', around: Around = {}): string[] {
  return problems(fileWith(lines, rest), around).map(({ path, expected }) => `${path}: ${expected}`);
}
