import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Place } from './scan.ts';

export interface ProcessWatch {
  /** the argv and the environment of every process that was seen, each a place */
  stop(): Promise<Place[]>;
}

/**
 * Watches every process of this machine, and so of its VMs too, for as long as it runs. A process that lives
 * for less than a few milliseconds may escape it.
 *
 * Left out is one variable: Pulumi's language host hands the stack's configuration to the program, opened, as
 * PULUMI_CONFIG. That is between Pulumi and the operator's own processes (docs/security.md).
 */
export async function watchProcesses(): Promise<ProcessWatch> {
  const child = spawn(process.execPath, ['--no-warnings', join(import.meta.dirname, 'watch.ts')], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  let said = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  await once(child.stdout, 'data');
  return {
    async stop() {
      child.stdin.end();
      await once(child, 'close');
      return JSON.parse(said) as Place[];
    },
  };
}
