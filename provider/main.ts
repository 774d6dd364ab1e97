import { flushCompileCache } from 'node:module';
import { lazily } from './rpc/lazily.ts';
import { main } from './rpc/main.ts';

/** A preview is over by then, and a deployment waits for a host. */
const leisureMs = 5000;

await main(
  lazily({ name: 'containerhost', version: '1.0.0' }, async () => {
    const [{ compactly }, { containerhost }] = await Promise.all([
      import('./compact.ts'),
      import('./containerhost.ts'),
    ]);
    return compactly(containerhost());
  }),
);
// The engine may end a provider by killing it, before Node would write what it compiled. Not at once: Node makes anew what it
// compares with what is there already, which takes as long as loading does.
setTimeout(flushCompileCache, leisureMs).unref();
