import { flushCompileCache } from 'node:module';
import { containerhost } from './containerhost.ts';
import { Hosts } from './hosts.ts';
import { main } from './rpc/main.ts';

const hosts = new Hosts();
process.once('exit', () => hosts.close());
await main(containerhost(hosts));
// The engine ends a provider by killing it, before Node would write what it compiled.
flushCompileCache();
