import { execFile } from 'node:child_process';
import type { Answer } from '../../preflight/cloud/area.ts';

/** Longer than any of these commands takes where there is a network. */
const timeoutMs = 60_000;

/** What gcloud says where it is the network, and not Google, that says no. */
const unreachable =
  /unable to (?:reach|connect)|could not reach|connection (?:refused|reset|aborted)|timed out|name resolution|network is unreachable|temporarily unavailable|\b503\b/i;

/**
 * Runs a program of the operator's machine, and returns what it printed.
 *
 * @param keep which of its streams is wanted: `ssh -V` answers on stderr. What a program prints that is secret is
 * not kept at all.
 */
export function ask(
  command: string,
  args: readonly string[],
  environment: NodeJS.ProcessEnv,
  keep: 'stdout' | 'stderr' | 'neither' = 'stdout',
): Promise<Answer<string>> {
  return new Promise((resolve) => {
    const options = { env: environment, timeout: timeoutMs, encoding: 'utf8', maxBuffer: 2 ** 26 } as const;
    const child = execFile(command, args, options, (error, stdout, stderr) => {
      if (!error)
        return resolve({ kind: 'answered', value: keep === 'neither' ? '' : { stdout, stderr }[keep] });
      if (error.code === 'ENOENT') return resolve({ kind: 'refused', said: `${command} is not on PATH` });
      if (error.killed)
        return resolve({ kind: 'silent', said: `${command} took more than ${timeoutMs / 1000} s` });
      const said = firstWords(stderr) || `${command} ended with ${error.code}`;
      resolve({ kind: unreachable.test(stderr) ? 'silent' : 'refused', said });
    });
    child.stdin?.end();
  });
}

/** The first sentence of an error, without gcloud's `ERROR: (gcloud.services.list)` before it. */
function firstWords(stderr: string): string {
  const lines = stderr.split('\n').map((line) => line.trim());
  const [line = ''] = lines.filter((each) => each !== '' && !each.startsWith('WARNING'));
  return line.replace(/^ERROR: (\([\w.-]+\) )?/, '').slice(0, 200);
}
