import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { parseSource } from '../compose/source.ts';
import { composeFileOf } from '../spec/project.ts';
import type { ConfigSources } from './parse.ts';
import { isObject } from './read.ts';
import { isEncrypted } from './secrets.ts';
import type { KnownServices } from './services.ts';

/** Stands for a value that is encrypted in the stack's file, where nobody needs to know it. */
export const hidden = '(encrypted)';

const parsed = new Map<string, unknown>();

/** What a file holds. The same text is parsed once: every stack asks for the same files. */
function yaml(path: string): unknown {
  const text = readFileSync(path, 'utf8');
  if (!parsed.has(text)) parsed.set(text, parse(text, { merge: true }));
  return parsed.get(text);
}

/** The `config` of a stack's own file; empty where there is none. */
export function stackFile(root: string, stack: string): Record<string, unknown> {
  const path = join(root, `Pulumi.${stack}.yaml`);
  const file = existsSync(path) ? yaml(path) : {};
  return isObject(file) && isObject(file.config) ? file.config : {};
}

/** The stacks that have a file of their own, by name. */
export function stackNames(root: string): string[] {
  return readdirSync(root)
    .flatMap((file) => /^Pulumi\.([^.]+)\.yaml$/.exec(file)?.[1] ?? [])
    .sort();
}

/**
 * Names and profiles only: the rest of the compose file is read once configuration is known. Undefined where it cannot
 * be read: what is wrong with it is told then, and no name is taken for unknown.
 */
export function services(root: string): KnownServices | undefined {
  const compose = composeFile(root);
  if (compose === undefined) return undefined;
  const found = part(compose, 'services');
  const profiles = (service: unknown) =>
    isObject(service) && Array.isArray(service.profiles) ? service.profiles : [];
  return Object.fromEntries(
    Object.entries(found).map(([name, service]) => [name, { profiles: profiles(service).map(String) }]),
  );
}

/** Whether an image of a service is built from the project. */
export function buildsImages(root: string): boolean {
  return Object.values(part(composeFile(root), 'services')).some(
    (service) => isObject(service) && 'build' in service,
  );
}

/** The names that the compose file takes from cortex:secrets, whether a stack has them or not. */
export function secretNames(root: string): string[] {
  return Object.values(part(composeFile(root), 'secrets')).flatMap((secret) =>
    isObject(secret) && typeof secret.environment === 'string' ? secret.environment : [],
  );
}

/** As it is written, parsed once with what reads all of it; undefined where it is not there, or is no YAML. */
function composeFile(root: string): unknown {
  const file = composeFileOf((each) => existsSync(join(root, each)));
  return existsSync(join(root, file)) ? parseSource(readFileSync(join(root, file), 'utf8')).value : undefined;
}

function part(file: unknown, name: string): Record<string, unknown> {
  const found = isObject(file) ? file[name] : undefined;
  return isObject(found) ? found : {};
}

/**
 * What the project's files say of a stack, without asking Pulumi: nothing is decrypted, each encrypted value
 * is `hidden`.
 */
export function fileSources(root: string, stack: string): ConfigSources {
  const project = yaml(join(root, 'Pulumi.yaml'));
  const keys = isObject(project) && isObject(project.config) ? Object.entries(project.config) : [];
  const defaults = keys.flatMap(([key, declared]) =>
    isObject(declared) && 'default' in declared ? [[`cortex:${key}`, declared.default]] : [],
  );
  const file = stackFile(root, stack);
  const all: Record<string, unknown> = { ...Object.fromEntries(defaults), ...file };
  return {
    stack,
    raw: Object.fromEntries(Object.entries(all).map(([key, value]) => [key, asPulumiHandsIt(value)])),
    encrypted: Object.keys(file).filter((key) => holdsEncrypted(file[key])),
    file,
    services: services(root),
    environment: undefined,
  };
}

function asPulumiHandsIt(value: unknown): string {
  const shown = withoutEncrypted(value);
  return typeof shown === 'object' ? JSON.stringify(shown) : `${shown}`;
}

function holdsEncrypted(value: unknown): boolean {
  if (isEncrypted(value)) return true;
  return typeof value === 'object' && value !== null && Object.values(value).some(holdsEncrypted);
}

function withoutEncrypted(value: unknown): unknown {
  if (isEncrypted(value)) return hidden;
  if (Array.isArray(value)) return value.map(withoutEncrypted);
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, withoutEncrypted(each)]));
}
