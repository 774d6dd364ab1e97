import type { ConfigDiff } from './configDiff.ts';

/** One update of a stack, as `pulumi stack history --json` tells it. */
export interface Update {
  kind: string;
  /** ISO 8601 */
  startTime: string;
  endTime: string;
  result: string;
  config: Record<string, { value?: string; secret?: boolean }>;
}

/** The updates that an `up` made, newest first. */
export function parseHistory(json: string): Update[] {
  const updates = JSON.parse(json) as Update[];
  return updates.filter(({ kind }) => kind === 'update');
}

/** Which keys of the stack's configuration an update had otherwise than the one before. No secret is told. */
export function changedConfig(file: string, before: Update | undefined, after: Update): ConfigDiff {
  const olds = before?.config ?? after.config;
  const keys = [...new Set([...Object.keys(olds), ...Object.keys(after.config)])].sort();
  const said = (sign: string, key: string, found: Update['config'][string] | undefined) =>
    found === undefined ? [] : [`${sign}  ${key}: ${found.secret ? '[secret]' : (found.value ?? '')}`];
  const lines = keys.flatMap((key) => {
    const [was, is] = [olds[key], after.config[key]];
    if (JSON.stringify(was) === JSON.stringify(is)) return [];
    return [...said('-', key, was), ...said('+', key, is)];
  });
  return { file, lines };
}
