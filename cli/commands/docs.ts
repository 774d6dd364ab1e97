import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { checkPage } from '../../system/check.ts';
import { pageFile, withSection } from '../../system/page.ts';
import { printJson, type Run } from '../context.ts';
import { differences } from '../differences.ts';
import { exit } from '../exit.ts';

export function define(command: Command, run: Run): void {
  command
    .option('--check', 'change nothing; end with 7 if the page differs')
    .option('--json', 'for programs')
    .addHelpText(
      'after',
      `
Writes the part of ${pageFile} between its two markers: environments and their
runtimes, services, images, addresses, where data lies, how to get in. All of it
is from the project's files; no host and no cloud is asked. cortex:docs.language
is en or ko.

Examples:
  cortex docs
  cortex docs --check          in CI`,
    )
    .action(
      run(async (context, { check = false, json = false }: { check?: boolean; json?: boolean }) => {
        const { page, found, expected } = checkPage(context.root);
        const same = found === expected;
        if (!check && !same) writeFileSync(join(context.root, pageFile), withSection(page, expected));
        if (json) printJson(context, { page: pageFile, same, written: !check && !same });
        else if (same) context.out.write(`${pageFile} says what is declared\n`);
        else if (check) {
          context.out.write(differences(found ?? '', expected));
          context.err.write(`cortex: ${pageFile} is not what is declared: cortex docs\n`);
        } else context.out.write(`${pageFile} was written\n`);
        return same || !check ? exit.ok : exit.drift;
      }),
    );
}
