import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';

const root = join(import.meta.dirname, '..');

/** Configuration as Pulumi hands it to a program: defaults of Pulumi.yaml, objects and lists as JSON. */
export function rawConfig(config: Record<string, unknown>): Record<string, string> {
  const declared = Object.entries<{ default?: unknown }>(read('Pulumi.yaml').config);
  const defaults = Object.fromEntries(declared.map(([key, { default: value }]) => [`cortex:${key}`, value]));
  const all = Object.entries({ ...defaults, ...config }).filter(([, value]) => value !== undefined);
  return Object.fromEntries(
    all.map(([key, value]) => [key, typeof value === 'object' ? JSON.stringify(value) : `${value}`]),
  );
}

/** The configuration in a stack's own file. */
export function stackFile(stack: string): Record<string, unknown> {
  return read(`Pulumi.${stack}.yaml`).config;
}

function read(file: string) {
  return parse(readFileSync(join(root, file), 'utf8'));
}
