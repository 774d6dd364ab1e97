import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Project } from '../rehearsal/project.ts';

/** A program without a resource, as `pulumi new typescript` writes it, with the settings of this project. */
export function emptyProgram(directory: string, project: Project): string {
  mkdirSync(directory);
  // nothing but the name and what the program and the stack are about differs
  const settings = project.read('Pulumi.yaml');
  const kept = settings.slice(0, settings.indexOf('\nplugins:'));
  writeFileSync(join(directory, 'Pulumi.yaml'), `${kept.replace(/^name: .*$/m, 'name: empty')}\n`);
  writeFileSync(join(directory, 'package.json'), '{"type": "module", "main": "index.ts"}\n');
  writeFileSync(join(directory, 'index.ts'), "import * as pulumi from '@pulumi/pulumi';\n");
  symlinkSync(join(project.directory, 'node_modules'), join(directory, 'node_modules'));
  return directory;
}
