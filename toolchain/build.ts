import { cpSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Go } from './go.ts';
import { type Log, step } from './progress.ts';
import { run } from './run.ts';

/** A program to build from Go modules; `folder` holds the go.mod that pins them and the go.sum that vouches. */
interface Program {
  folder: 'pulumi' | 'language' | 'actionlint';
  package: string;
  /** variables of the program that are set when it is linked: `<package>.<name>=<value>` */
  set?: string;
  /** roughly how many packages are compiled, for the progress shown */
  packages: number;
  /** roughly how long that takes on 2 cores, with an empty cache */
  expected: string;
}

/**
 * Builds the Pulumi CLI and the language host beside it into `directory`.
 *
 * @param version the CLI's, which it has to be told
 */
export async function buildPulumi(go: Go, version: string, directory: string, log: Log): Promise<void> {
  const set = `github.com/pulumi/pulumi/sdk/v3/go/common/version.Version=v${version}`;
  const programs: Program[] = [
    {
      folder: 'pulumi',
      package: 'github.com/pulumi/pulumi/pkg/v3/cmd/pulumi',
      set,
      packages: 1680,
      expected: '4–5 minutes',
    },
    {
      // The last release that has it in a module of the index; it drives later engines and SDKs as well.
      folder: 'language',
      package: 'github.com/pulumi/pulumi/sdk/v3/nodejs/cmd/pulumi-language-nodejs',
      set,
      packages: 280,
      expected: '20–40 seconds',
    },
  ];
  mkdirSync(directory, { recursive: true });
  for (const program of programs) await build(go, program, directory, log);
  withoutTypescript(join(directory, 'pulumi-language-nodejs'));
}

/**
 * A language host of that age is told by a flag what Pulumi.yaml says (`typescript: false`), and the CLI of today
 * gives none: a compiler that nobody uses would be loaded with each program, and map each of its stack traces.
 */
export function withoutTypescript(host: string): void {
  renameSync(host, `${host}.bin`);
  writeFileSync(host, '#!/bin/sh\nexec "$0.bin" -typescript=false "$@"\n', { mode: 0o755 });
}

/** Builds one program into `directory`, under the last part of its package's name. */
export async function build(go: Go, program: Program, directory: string, log: Log): Promise<void> {
  const name = program.package.split('/').at(-1) ?? '';
  const title = `building ${name} from Go modules (once; about ${program.expected} on 2 cores)`;
  // A copy, for Go completes go.mod with what it finds while it builds.
  const copy = mkdtempSync(join(tmpdir(), `cortex-${program.folder}-`));
  try {
    cpSync(join(import.meta.dirname, program.folder), copy, { recursive: true });
    await step(log, title, async ({ note }) => {
      let downloaded = 0;
      let compiled = 0;
      await run(
        go.command,
        [
          'build',
          '-v',
          '-trimpath',
          '-buildvcs=false',
          '-ldflags',
          ['-s -w', ...(program.set ? [`-X ${program.set}`] : [])].join(' '),
          '-o',
          join(directory, name),
          program.package,
        ],
        {
          cwd: copy,
          env: go.env,
          onLine: (line) => {
            if (line.startsWith('go: downloading')) downloaded += 1;
            else if (!line.startsWith('go: ')) compiled += 1;
            note(
              compiled === 0
                ? `${downloaded} modules downloaded`
                : `compiled ${compiled} of about ${program.packages} packages`,
            );
          },
        },
      );
    });
  } finally {
    rmSync(copy, { recursive: true });
  }
}
