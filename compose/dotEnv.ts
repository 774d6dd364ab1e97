import { looksSecret, namesSecret } from '../spec/secretLike.ts';
import { type EnvFault, parseEnvFile } from './envFile.ts';
import type { Variables } from './interpolate.ts';
import type { ProjectFiles } from './project.ts';
import type { Problems } from './value.ts';

/** The file beside the compose file from which Compose takes variables. */
export const dotEnvFile = '.env';

export interface DotEnv {
  /** plain values; cortex:env goes before them */
  env: Record<string, string>;
  /** values that look like secrets; cortex:secrets goes before them. Never to be printed */
  secrets: Record<string, string>;
}

/** Reads `.env`, where the project has one. What is in it works, and is told to move. */
export function readDotEnv(project: ProjectFiles, chosen: Variables, problems: Problems): DotEnv {
  const text = project.read(dotEnvFile);
  const found: DotEnv = { env: {}, secrets: {} };
  if (typeof text !== 'string') return found;
  const faults: EnvFault[] = [];
  const values = parseEnvFile(text, chosen, faults);
  for (const { line, ...fault } of faults) problems.add([], fault, { file: dotEnvFile, line });
  for (const [name, value] of values) {
    if (chosen.secretNames.includes(name)) continue;
    const secret = value !== '' && (namesSecret(name) || looksSecret(value));
    (secret ? found.secrets : found.env)[name] = value;
  }
  warn(found, chosen, text, problems);
  return found;
}

function warn({ env, secrets }: DotEnv, chosen: Variables, text: string, problems: Problems): void {
  const at = (name: string) => {
    const line = text
      .split('\n')
      .findIndex((each) => new RegExp(`^\\s*(export\\s+)?${name}\\s*[=:]`).test(each));
    return { file: dotEnvFile, line: line + 1 || 1 };
  };
  for (const name of Object.keys(secrets)) {
    problems.add(
      [],
      {
        severity: 'warning',
        found: `${name}, a secret in plain text (not shown)`,
        expected: 'an encrypted value: who reads this file, or a copy of it, has the secret',
        fix: `pulumi config set --secret --path 'cortex:secrets.${name}', and delete the line`,
      },
      at(name),
    );
  }
  for (const [name, value] of Object.entries(env)) {
    if (Object.hasOwn(chosen.env, name)) continue;
    problems.add(
      [],
      {
        severity: 'warning',
        found: name,
        expected:
          "a value in the stack's file: this one is on your machine only, and no other stack has its own",
        fix: `pulumi config set --path 'cortex:env.${name}' '${value}', and delete the line`,
      },
      at(name),
    );
  }
}
