import { connection } from './connection.ts';
import { deployment } from './deployment.ts';
import { disk } from './disk.ts';
import type { Fault } from './fault.ts';
import { host } from './host.ts';
import { version } from './version.ts';

/** Every fault that a deployment is struck with. */
export const faults: Fault[] = [...deployment, ...connection, ...host, ...disk, ...version];
