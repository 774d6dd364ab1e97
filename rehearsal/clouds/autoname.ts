import { createHash } from 'node:crypto';
import type { CheckRequest } from '../../provider/rpc/resourceProvider.ts';
import type { Props } from '../../provider/rpc/value.ts';
import type { ResourceSchema } from './schema.ts';

/**
 * The inputs with a name, where the program gives none and the type lets it: the resource's name and seven
 * random digits, kept as long as the resource is. Undefined where the name is the program's own.
 */
export function autoname(table: ResourceSchema, news: Props, req: CheckRequest): Props | undefined {
  const property = table.inputs.name;
  if (!property || property.required || news.name !== undefined) return undefined;
  const kept = Array.isArray(req.olds?.__defaults) && req.olds.__defaults.includes('name');
  return { ...news, name: kept ? (req.olds?.name ?? null) : `${req.name}-${random(req)}` };
}

/** The same in the preview and the update of one operation, and another for a replacement. */
function random({ urn, randomSeed }: CheckRequest): string {
  return createHash('sha256').update(randomSeed).update(urn).digest('hex').slice(0, 7);
}
