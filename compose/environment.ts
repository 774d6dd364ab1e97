import type { Context } from './context.ts';
import { dotEnvFile } from './dotEnv.ts';
import { type EnvFault, parseEnvFile } from './envFile.ts';
import { secretMark } from './expand.ts';
import { type Fault, interpolate, secretFault } from './interpolate.ts';
import { readPairs } from './pairs.ts';
import type { Complaint } from './problem.ts';
import { projectPath } from './project.ts';
import type { Value } from './value.ts';

/** What the processes of a service find in their environment. */
export interface Environment {
  environment: Record<string, string>;
  /** variable -> secret */
  secretEnvironment: Record<string, string>;
}

/** The secret that is the value of an entry of cortex:secrets, for a service that wants it as a variable. */
export function environmentSecret(name: string): string {
  return `env-${name}`;
}

/** Reads `env_file` and `environment`, the latter winning, sorted by name. */
export function readEnvironment(service: Value, context: Context): Environment {
  const values = new Map<string, string>();
  const files = service.get('env_file');
  for (const item of files.isList ? files.items() : [files]) {
    for (const [name, value] of readFile(item, context)) values.set(name, value);
  }
  for (const { name, value, at } of readPairs(service.get('environment'))) {
    if (!/^[A-Za-z_][A-Za-z0-9_.-]*$/.test(name)) {
      at.complain({
        found: `"${name}"`,
        expected: 'a variable name: letters, digits, _ . and -, no digit first',
        fix: 'rename it',
      });
    }
    const isSecret = value === null && context.variables.secretNames.includes(name);
    const given = isSecret ? `${secretMark}${name}` : (value ?? passedOn(name, at, context));
    if (given.startsWith(secretMark)) at.complain(shownSecret(given.slice(1)));
    values.set(name, given);
  }
  const all = [...values].sort(([a], [b]) => (a < b ? -1 : 1));
  return {
    environment: Object.fromEntries(all.filter(([, value]) => !value.startsWith(secretMark))),
    secretEnvironment: Object.fromEntries(
      all
        .filter(([, value]) => value.startsWith(secretMark))
        .map(([name, value]) => [name, environmentSecret(value.slice(1))]),
    ),
  };
}

/** It works as it did, and the service's next version may do better. */
function shownSecret(name: string): Complaint {
  return {
    ...secretFault(name),
    severity: 'warning',
    found: `the secret ${name} as an environment variable`,
    expected: 'a file: `inspect` shows the environment, and every child process inherits it',
  };
}

/** A name alone: its value is the one of cortex:env. */
export function passedOn(name: string, at: Value, context: Context): string {
  const faults: Fault[] = [];
  const value = interpolate(`\${${name}}`, context.variables, faults);
  for (const fault of faults) at.complain({ ...fault, found: `"${name}"` });
  return value;
}

function readFile(item: Value, context: Context): Map<string, string> {
  if (!item.there) return new Map();
  item.refuseOtherThan(['path', 'required'], {
    format: 'delete it: env files are read as Compose reads them',
  });
  const file = (item.isMap ? item.get('path') : item).string();
  const required = item.get('required').there ? item.get('required').boolean() : true;
  const path = projectPath(file);
  const text = path === undefined ? outside : context.project.read(path);
  if (typeof text !== 'string') {
    if (text.missing && !required) return new Map();
    item.complain({
      expected: `an env file in the project; it ${text.reason}`,
      fix:
        'delete the key: put plain values into cortex:env and name each where it is used (NAME: ${NAME}), ' +
        'and what is secret into cortex:secrets and the top-level `secrets:`',
    });
    return new Map();
  }
  const faults: EnvFault[] = [];
  const values = parseEnvFile(text, context.variables, faults);
  for (const { line, ...fault } of faults) item.problems.add(item.path, fault, { file, line });
  const secrets = [...values.keys()].filter((name) => context.variables.secretNames.includes(name));
  if (path !== dotEnvFile) {
    for (const name of secrets) item.complain({ ...secretFault(name), found: `"${file}"` });
    return values;
  }
  item.complain({
    severity: 'warning',
    found: `"${file}": ${[...values.keys()].join(', ')}`,
    expected: `only what the service reads${secrets.length > 0 ? ': this one gets every secret that is in it' : ''}`,
    fix: 'name each value where it is used (NAME: ${NAME}), and delete the key',
  });
  for (const name of secrets) values.set(name, `${secretMark}${name}`);
  return values;
}

const outside = { missing: false, reason: 'leads out of the project' };
