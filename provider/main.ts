import { containerhost } from './containerhost.ts';
import { Hosts } from './hosts.ts';
import { main } from './rpc/main.ts';

const hosts = new Hosts();
process.once('exit', () => hosts.close());
await main(containerhost(hosts));
