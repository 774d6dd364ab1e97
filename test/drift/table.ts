import { remade, stopped, updated } from './container.ts';
import { data, delivered } from './delivered.ts';
import { foundation, strangers } from './host.ts';
import { down, routes } from './proxy.ts';
import type { Tampering } from './tampering.ts';

/** Every kind of tampering, in batches: what is in one can be done before one preview, and be told apart in it. */
export const batches: Record<string, Tampering[]> = {
  'what runs, and what it stands on': [...updated, ...delivered, ...routes, ...foundation, ...strangers],
  'containers that were made anew': remade,
  'containers that do not run': [...stopped, ...down],
  'data that is another': data,
};

/** The same in short, for every run of the tests. */
export const slice: Tampering[] = [
  ...updated.slice(0, 1),
  ...stopped.slice(0, 4),
  ...delivered.slice(0, 1),
  ...delivered.filter(({ names }) => names.startsWith('secrets.telegram')),
  ...routes.slice(3, 4),
  ...foundation.slice(0, 1),
  ...strangers.slice(0, 1),
];
