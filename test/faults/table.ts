import { connection } from './connection.ts';
import { deployment } from './deployment.ts';
import { disk } from './disk.ts';
import { type Direction, directions, type Fault } from './fault.ts';
import { host, proxyKilled } from './host.ts';
import { version } from './version.ts';

/** Every fault that a deployment is struck with. */
export const faults: Fault[] = [...deployment, ...connection, ...host, ...disk, ...version];

/** What `npm test` has time for. */
export const slice: { fault: Fault; direction: Direction }[] = directions.map((direction) => ({
  fault: proxyKilled,
  direction,
}));
