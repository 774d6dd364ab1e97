import type { ConfigMount } from '../spec/service.ts';
import type { Context } from './context.ts';
import { type Fault, interpolate, type Variables } from './interpolate.ts';
import { type ProjectFiles, projectPath } from './project.ts';
import { notSupplied, readGrant } from './secrets.ts';
import type { Value } from './value.ts';

/** Reads the top-level `configs`: name -> content, which is '' for what the stack supplies later. */
export function readConfigs(
  section: Value,
  project: ProjectFiles,
  variables: Variables,
  supplied: readonly string[],
): Map<string, string> {
  const configs = new Map<string, string>();
  for (const [name, value] of section.entries()) {
    value.refuseOtherThan(['content', 'file', 'environment', 'external']);
    configs.set(name, readContent(name, value, project, variables, supplied));
  }
  return configs;
}

function readContent(
  name: string,
  value: Value,
  project: ProjectFiles,
  variables: Variables,
  supplied: readonly string[],
): string {
  const file = value.get('file');
  const environment = value.get('environment');
  if (value.get('content').there) return value.get('content').string();
  if (file.there) return readFile(file, project);
  if (environment.there) {
    const faults: Fault[] = [];
    const content = interpolate(`\${${environment.string()}}`, variables, faults);
    for (const fault of faults) environment.complain(fault);
    return content;
  }
  if (!value.get('external').boolean()) {
    value.complain({ expected: 'content, file, environment or external', fix: 'add one of them' });
  } else if (!supplied.includes(name)) {
    value.complain(notSupplied('config', supplied));
  }
  return '';
}

function readFile(file: Value, project: ProjectFiles): string {
  const path = projectPath(file.string());
  const text = path === undefined ? { reason: 'leads out of the project' } : project.read(path);
  if (typeof text === 'string') return text;
  file.complain({
    expected: `a text file of the project; it ${text.reason}`,
    fix: 'put it into the project',
  });
  return '';
}

/** Reads a service's `configs`, by name or as {source, target}; the default target is `/<name>`. */
export function readServiceConfigs(value: Value, context: Context): ConfigMount[] {
  return value.items().map((item) => {
    const { name, target } = readGrant(item, '');
    const content = context.configs.get(name);
    if (name !== '' && content === undefined) {
      item.complain({
        expected: 'a config of the top-level `configs:`',
        fix: `declare it there: ${name}: {file: PATH}`,
      });
    }
    return { config: name, target: target ?? `/${name}`, content: content ?? '' };
  });
}
