import { createHash } from 'node:crypto';
import type { ServiceSpec } from './service.ts';

/** JSON with sorted keys: equal values give equal texts. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_, item: unknown) => {
    if (typeof item !== 'object' || item === null || Array.isArray(item)) return item;
    return Object.fromEntries(Object.entries(item).sort(([a], [b]) => (a < b ? -1 : 1)));
  });
}

/** SHA-256 in hexadecimal. */
export function sha256(data: string | Uint8Array): string {
  return createHash('sha256').update(data).digest('hex');
}

/** The hash of a spec: what an instance is labelled with, and is compared by. */
export function specDigest(spec: ServiceSpec): string {
  return sha256(canonicalJson(spec));
}
