import { flushCompileCache } from 'node:module';
import { lazily } from './rpc/lazily.ts';
import { main } from './rpc/main.ts';

await main(
  lazily({ name: 'containerhost', version: '1.0.0' }, async () => {
    const { containerhost } = await import('./containerhost.ts');
    flushCompileCache();
    return containerhost();
  }),
);
// The engine ends a provider by killing it, before Node would write what it compiled.
flushCompileCache();
