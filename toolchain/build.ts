import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Go } from './go.ts';
import { type Log, step } from './progress.ts';
import { run } from './run.ts';

export const languageHost = 'pulumi-language-nodejs';

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
      package: `github.com/pulumi/pulumi/sdk/v3/nodejs/cmd/${languageHost}`,
      set,
      packages: 280,
      expected: '20–40 seconds',
    },
  ];
  mkdirSync(directory, { recursive: true });
  for (const program of programs) await build(go, program, directory, log);
  renameSync(join(directory, languageHost), join(directory, `${languageHost}.bin`));
  withLauncher(directory);
}

/**
 * A language host of that age is told by flags what Pulumi.yaml says, and the CLI of today gives none: a compiler that
 * nobody uses would be loaded with each program, and what is said there for Node would not be heard.
 */
const launcher = `#!/bin/sh
nodeargs=$(sed -n 's/^ *nodeargs: *//p' Pulumi.yaml 2>/dev/null)
exec "$0.bin" -typescript=false -nodeargs="$nodeargs" "$@"
`;

/** Puts the launcher of today before the language host that was built into `directory`, if one was. */
export function withLauncher(directory: string): void {
  const host = join(directory, languageHost);
  if (!existsSync(`${host}.bin`)) return;
  if (existsSync(host) && readFileSync(host, 'utf8') === launcher) return;
  const draft = `${host}.${process.pid}`;
  writeFileSync(draft, launcher, { mode: 0o755 });
  renameSync(draft, host);
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
