/**
 * Leaves out of Pulumi's SDK what this program has no use for, and each preview would pay for with half of the
 * program's time. Imported before anything else is.
 */
import { createRequire } from 'node:module';
import * as log from '@pulumi/pulumi/log/index.js';

/**
 * The Automation API runs Pulumi from a program; functions that travel (dynamic providers, callbacks of other
 * clouds) are serialized with the compiler and npm's installer. This program declares resources, and that is all.
 */
const unused = ['automation/index', 'runtime/closure/serializeClosure', 'runtime/closure/codePaths'];

const sdkModule = createRequire(import.meta.filename);
for (const name of unused) {
  const filename = sdkModule.resolve(`@pulumi/pulumi/${name}.js`);
  // what is loaded already, by whoever runs the program, stays
  sdkModule.cache[filename] ??= Object.assign(Object.create(null), {
    id: filename,
    filename,
    loaded: true,
    exports: absent(name),
  });
}

/** A module whose functions say, when they are called, why they are not there. */
function absent(name: string): object {
  const missing = (member: string | symbol) => () => {
    throw new Error(`${String(member)} of @pulumi/pulumi/${name} is left out: see components/sdk.ts`);
  };
  return new Proxy({}, { get: (_, member) => (member === '__esModule' ? undefined : missing(member)) });
}

// The SDK asks for a stack for each of its promises, and would map every frame of it to a source.
Reflect.deleteProperty(Error, 'prepareStackTrace');

// Three messages for each resource, which the engine is sent one after the other, and shows to nobody.
Reflect.set(Reflect.get(log, 'default') ?? log, 'debug', () => Promise.resolve());
