import type { SecretMount } from '../spec/service.ts';
import { absolutePath } from './project.ts';
import type { Value } from './value.ts';

/** Where a secret's value is: an entry of cortex:secrets, or the stack itself (the tunnel's token). */
export type SecretSource = { from: 'config'; name: string } | { from: 'stack' };

/** Reads the top-level `secrets`. */
export function readSecrets(
  section: Value,
  secretNames: readonly string[],
  supplied: readonly string[],
): Map<string, SecretSource> {
  const secrets = new Map<string, SecretSource>();
  for (const [secret, value] of section.entries()) {
    value.refuseOtherThan(['environment', 'external'], {
      file: `replace it by environment: NAME, and pulumi config set --secret --path 'cortex:secrets.NAME'`,
    });
    const environment = value.get('environment');
    const name = environment.string();
    if (environment.there) {
      secrets.set(secret, { from: 'config', name });
      if (!secretNames.includes(name)) {
        environment.complain({
          expected: 'an entry of cortex:secrets',
          fix: `pulumi config set --secret --path 'cortex:secrets.${name}'`,
        });
      }
    } else if (value.get('external').boolean()) {
      secrets.set(secret, { from: 'stack' });
      if (!supplied.includes(secret)) value.complain(notSupplied('secret', supplied));
    } else {
      secrets.set(secret, { from: 'stack' });
      if (value.get('file').there) continue;
      value.complain({
        expected: 'where its value is: environment: NAME, for the entry NAME of cortex:secrets',
        fix: 'add it',
      });
    }
  }
  return secrets;
}

/** What to say of an `external: true` that the stack knows nothing of. */
export function notSupplied(kind: 'secret' | 'config', supplied: readonly string[]) {
  return {
    expected: `a ${kind} that the stack supplies; it supplies ${supplied.join(', ') || 'none'}`,
    fix: kind === 'secret' ? 'write environment: NAME instead of external' : 'write content or file instead',
  };
}

/** Reads a service's `secrets`, by name or as {source, target}, of those that the file declares. */
export function readServiceSecrets(value: Value, declared: ReadonlyMap<string, SecretSource>): SecretMount[] {
  return value.items().map((item) => {
    const { name, target } = readGrant(item, '/run/secrets');
    if (name !== '' && !declared.has(name)) {
      item.complain({
        expected: 'a secret of the top-level `secrets:`',
        fix: `declare it there: ${name}: {environment: NAME}`,
      });
    }
    return { secret: name, target: target ?? `/run/secrets/${name}` };
  });
}

/** A secret or config as a service asks for it; a relative target is one in `folder`. */
export function readGrant(item: Value, folder: string): { name: string; target: string | undefined } {
  if (!item.isMap) return { name: item.string(), target: undefined };
  const readable = "delete it: the file is readable by the service's user";
  item.refuseOtherThan(['source', 'target'], { uid: readable, gid: readable, mode: readable });
  const source = item.get('source');
  if (!source.there) item.complain({ expected: 'a `source`', fix: 'name the one that is meant' });
  const target = item.get('target');
  if (!target.there) return { name: source.string(), target: undefined };
  const text = target.string();
  return { name: source.string(), target: absolutePath(text.startsWith('/') ? text : `${folder}/${text}`) };
}
