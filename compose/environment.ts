import type { Context } from './context.ts';
import { type EnvFault, parseEnvFile } from './envFile.ts';
import { type Fault, interpolate, secretFault } from './interpolate.ts';
import { readPairs } from './pairs.ts';
import { projectPath } from './project.ts';
import type { Value } from './value.ts';

/** Reads `env_file` and `environment`, the latter winning, sorted by name. */
export function readEnvironment(service: Value, context: Context): Record<string, string> {
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
    values.set(name, value ?? passedOn(name, at, context));
  }
  return Object.fromEntries([...values].sort(([a], [b]) => (a < b ? -1 : 1)));
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
  for (const name of values.keys()) {
    if (context.variables.secretNames.includes(name))
      item.complain({ ...secretFault(name), found: `"${file}"` });
  }
  return values;
}

const outside = { missing: false, reason: 'leads out of the project' };
