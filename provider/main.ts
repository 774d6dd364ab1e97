import { flushCompileCache } from 'node:module';
import { containerhost } from './containerhost.ts';
import { main } from './rpc/main.ts';

await main(containerhost());
// The engine ends a provider by killing it, before Node would write what it compiled.
flushCompileCache();
