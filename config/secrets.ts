import { looksSecret, namesSecret } from '../spec/secretLike.ts';
import type { Problem } from './problem.ts';
import { step } from './problem.ts';
import { isObject } from './read.ts';

/** The keys whose values are secrets; no other key may be encrypted. */
const secretKeys = ['cortex:secrets', 'cortex:registries'];

export interface SecretSources {
  /** every key of the stack, decrypted */
  raw: Record<string, string>;
  /** those that hold anything encrypted */
  encrypted: readonly string[];
  /** the `config` of the stack's own file, where it is known: shows which entry of a key is encrypted */
  file: Record<string, unknown>;
}

/** Secrets in plain text, and plain values that are encrypted. No value is ever shown. */
export function checkSecrets({ raw, encrypted, file }: SecretSources): Problem[] {
  return Object.entries(raw).flatMap(([key, value]) => {
    if (secretKeys.includes(key)) return plainEntries(key, value, encrypted, file[key]);
    if (encrypted.includes(key)) return key.startsWith('cortex:') ? [needlesslySecret(key)] : [];
    if (!key.startsWith('cortex:')) return namesSecret(key) || looksSecret(value) ? [plain(key)] : [];
    return secretLeaves(key, parsed(value)).map((at) => plain(at, 'cortex:secrets'));
  });
}

function plainEntries(key: string, value: string, encrypted: readonly string[], inFile: unknown): Problem[] {
  const entries = parsed(value);
  if (!isObject(entries) || Object.keys(entries).length === 0) return [];
  // of a registry only the password is a secret
  const leaf = (name: string) =>
    key === 'cortex:registries' ? `${step(key, name)}.password` : step(key, name);
  if (!encrypted.includes(key)) return Object.keys(entries).map((name) => plain(leaf(name)));
  if (!isObject(inFile) || isEncrypted(inFile)) return [];
  return Object.entries(inFile)
    .filter(([, entry]) => !isEncrypted(entry) && !(isObject(entry) && isEncrypted(entry.password)))
    .map(([name]) => plain(leaf(name)));
}

/** As Pulumi writes it into a stack's file: `{secure: v1:…}`. */
export function isEncrypted(entry: unknown): boolean {
  return isObject(entry) && typeof entry.secure === 'string' && Object.keys(entry).length === 1;
}

function secretLeaves(key: string, value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap((entry, index) => secretLeaves(`${key}[${index}]`, entry));
  if (isObject(value))
    return Object.entries(value).flatMap(([name, entry]) => {
      const at = step(key, name);
      const named = key === 'cortex:env' && namesSecret(name) && entry !== '';
      return named ? [at] : secretLeaves(at, entry);
    });
  return typeof value === 'string' && looksSecret(value) ? [key] : [];
}

function plain(key: string, moveTo?: string): Problem {
  const target = moveTo ? step(moveTo, key.slice(key.lastIndexOf('.') + 1)) : key;
  const path = target.includes('.') || target.includes('[') ? '--path ' : '';
  const move = moveTo ? `remove it and deliver it as a file: ` : '';
  return {
    key,
    found: 'a secret in plain text (not shown)',
    expected: 'an encrypted value',
    fix: `${move}pulumi config set --secret ${path}'${target}'; change the secret too, if the file was ever shared`,
  };
}

function needlesslySecret(key: string): Problem {
  return {
    key,
    found: 'an encrypted value',
    expected: 'plain text: this key’s values are visible on the host and in the cloud',
    fix: 'move what is secret to cortex:secrets, and set this key without --secret',
  };
}

function parsed(value: string): unknown {
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}
