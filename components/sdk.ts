/**
 * Leaves out of Pulumi's SDK what this program has no use for, and each preview would pay for with most of the
 * program's time. Node loads it before it runs Pulumi's own runner: `nodeargs` in Pulumi.yaml.
 */
import { createRequire } from 'node:module';
import type { Resource } from '@pulumi/pulumi/resource.js';

const ownRequire = createRequire(import.meta.filename);
const sdkRequire = createRequire(ownRequire.resolve('@pulumi/pulumi'));

// OpenTelemetry has something to do in runs that are traced: under `--tracing ADDRESS`, or where the language host says by
// this variable what its part belongs to. That instruments gRPC, and wants to be there before it.
if (process.env.TRACEPARENT) sdkRequire('./cmd/run/instrumentation.js');
else if (!process.argv.includes('--tracing')) {
  const span = { setAttribute: () => span, addEvent: () => span, end: () => {} };
  leaveOut('./cmd/run/tracing.js', { newSpan: () => span });
}

// The Automation API runs Pulumi from a program; functions that travel (dynamic providers, callbacks of other clouds)
// are serialized with the compiler and npm's installer. This program declares resources, and that is all.
for (const name of ['automation/index', 'runtime/closure/serializeClosure', 'runtime/closure/codePaths'])
  leaveOut(`./${name}.js`, absent(name));

// For those functions the runner starts a session of V8's inspector, which hears of each script.
leaveOut('./runtime/closure/v8Hooks.js', { isInitializedAsync: () => Promise.resolve() });

// Node runs the sources themselves: there is nothing to map a frame of an error to.
leaveOut('source-map-support/register', {});

// Both are for what seldom happens: a manifest that is no JSON, a resource that is known in two versions.
for (const name of ['js-yaml', 'semver']) leaveOut(name, onUse(name));

function leaveOut(name: string, exports: object): void {
  const filename = sdkRequire.resolve(name);
  // what is loaded already, by a test or by a runner before which this was not, stays
  ownRequire.cache[filename] ??= Object.assign(Object.create(null), {
    id: filename,
    filename,
    loaded: true,
    exports,
  });
}

/** A module that is loaded when somebody asks it for something. */
function onUse(name: string): object {
  let loaded: object | undefined;
  const load = (): object => {
    if (loaded) return loaded;
    delete ownRequire.cache[sdkRequire.resolve(name)];
    loaded = sdkRequire(name) as object;
    return loaded;
  };
  // who says so itself is taken as it is, and not copied member by member
  return new Proxy(
    {},
    { get: (_, member) => (member === '__esModule' ? true : Reflect.get(load(), member)) },
  );
}

/** A module whose functions say, when they are called, why they are not there. */
function absent(name: string): object {
  const missing = (member: string | symbol) => () => {
    throw new Error(`${String(member)} of @pulumi/pulumi/${name} is left out: see components/sdk.ts`);
  };
  return new Proxy({}, { get: (_, member) => (member === '__esModule' ? undefined : missing(member)) });
}

// Where a promise was made is kept for whoever looks for one that leaks (PULUMI_DEBUG_PROMISE_LEAKS); that one leaks is
// found out all the same.
const debuggable: { debuggablePromise(...args: unknown[]): unknown; debugPromiseLeaks: boolean } =
  sdkRequire('./runtime/debuggable.js');
const made = debuggable.debuggablePromise;
debuggable.debuggablePromise = (...args: unknown[]) => {
  const { stackTraceLimit } = Error;
  if (!debuggable.debugPromiseLeaks) Error.stackTraceLimit = 0;
  try {
    return made(...args);
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
};

// A line of the program for each frame of each resource: a fifth of the state, with the paths of whoever deployed last.
const { Resource: base }: { Resource: typeof Resource } = sdkRequire('./resource.js');
Reflect.set(base, 'stackTrace', () => []);

// Three messages for each resource, which the engine is sent one after the other, and shows to nobody.
const log: { debug(): Promise<void> } = sdkRequire('./log/index.js');
log.debug = () => Promise.resolve();
