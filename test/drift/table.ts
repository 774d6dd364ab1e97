import { remade, stopped, updated } from './container.ts';
import { data, delivered } from './delivered.ts';
import { foundation, strangers } from './host.ts';
import { down, routes } from './proxy.ts';
import type { Tampering } from './tampering.ts';

/** Every kind of tampering, in batches: what is in one can be done before one preview, and be told apart in it. */
export const batches: Record<string, Tampering[]> = {
  'what runs, and what is beside it': [...updated, ...delivered, ...routes, ...strangers],
  // apart: without linger and ids, a service that has to be replaced as well is refused before anything is begun
  'what services stand on': foundation,
  'containers that were made anew': remade,
  'containers that do not run': [...stopped, ...down],
  'data that is another': data,
};

const kinds = [...strangers, ...updated, ...stopped, ...delivered, ...routes, ...foundation];

/** One of each for every run of the tests; a stranger first, which is made of the service that is removed then. */
export const slice: Tampering[] = [
  'a container under the name of a service',
  'its memory limit is raised',
  'its container is stopped',
  'its unit is stopped',
  'its container is removed',
  'its configuration is edited',
  'its secret is changed',
  'its server has no weight',
  'its file is edited',
  'the proxy starts at boot no more',
].flatMap((wanted) => kinds.filter(({ what }) => what === wanted));
