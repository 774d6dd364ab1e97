import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { PulumiRun, Rehearsal } from '../rehearsal/rehearsal.ts';
import { well } from './well.ts';

/** A program beside this project's, with a state of its own: what a preview of it takes is Pulumi's. */
export interface BareProgram {
  /** one that finds nothing to change */
  preview(): Promise<PulumiRun>;
}

/** A program without a resource, as `pulumi new typescript` writes it. */
export function emptyProgram(rehearsal: Rehearsal): Promise<BareProgram> {
  return bareProgram(rehearsal, { name: 'empty', source: "import * as pulumi from '@pulumi/pulumi';\n" });
}

/** @param environment what its runs have beside the rehearsal's */
export async function bareProgram(
  rehearsal: Rehearsal,
  { name, source, environment = {} }: { name: string; source: string; environment?: Record<string, string> },
): Promise<BareProgram> {
  const { project } = rehearsal;
  const directory = join(rehearsal.directory, name);
  mkdirSync(directory);
  // with this project's settings: nothing but the name and what the program and the stack are about differs
  const settings = project.read('Pulumi.yaml');
  const kept = settings
    .slice(0, settings.indexOf('\nplugins:'))
    .replace(/^name: .*$/m, `name: ${name}`)
    // what this project leaves out of the SDK is its own
    .replace(/^ *nodeargs: .*\n/m, '');
  writeFileSync(join(directory, 'Pulumi.yaml'), `${kept}\n`);
  writeFileSync(join(directory, 'package.json'), '{"type": "module", "main": "index.ts"}\n');
  writeFileSync(join(directory, 'index.ts'), source);
  symlinkSync(join(project.directory, 'node_modules'), join(directory, 'node_modules'));

  const run = (...args: string[]) => rehearsal.pulumi(['--cwd', directory, ...args], { environment });
  const stack = ['--stack', name];
  well(await run('stack', 'init', name));
  well(await run('up', '--yes', '--skip-preview', ...stack));
  return { preview: async () => well(await run('preview', '--diff', '--expect-no-changes', ...stack)) };
}
