import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect, test } from '@jest/globals';
import { parse } from 'yaml';

const root = resolve(import.meta.dirname, '../..');

/** Runs a module in a Node of its own: what a test loads is Jest's. */
function inNode(code: string): unknown {
  return output(['--input-type=module', '--eval', code]);
}

function output(args: string[], environment: Record<string, string> = {}): unknown {
  const { stdout, stderr, status } = spawnSync(process.execPath, ['--no-warnings', ...args], {
    cwd: root,
    encoding: 'utf8',
    env: { ...process.env, ...environment },
  });
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout);
}

const load = (first: string) => `
  ${first}
  const { createRequire } = await import('node:module');
  const loaded = createRequire(process.cwd() + '/');
  const sdk = loaded('@pulumi/pulumi');
  const large = (name) => Object.keys(loaded.cache).some((file) => file.includes('/node_modules/' + name + '/'));
`;

test('the SDK is loaded without the compiler and without npm', () => {
  const found = 'console.log(JSON.stringify([large("@npmcli/arborist"), large("execa")]))';
  expect(inNode(`${load('')} ${found}`)).toEqual([true, true]);
  expect(inNode(`${load("await import('./components/sdk.ts');")} ${found}`)).toEqual([false, false]);
});

test('what is left out says so when somebody calls it', () => {
  const call = `
    try { sdk.runtime.computeCodePaths(); } catch ({ message }) { console.log(JSON.stringify(message)); }`;
  expect(inNode(`${load("await import('./components/sdk.ts');")} ${call}`)).toBe(
    'computeCodePaths of @pulumi/pulumi/runtime/closure/codePaths is left out: see components/sdk.ts',
  );
});

const promises = `
  const { debuggablePromise } = loaded('@pulumi/pulumi/runtime/debuggable.js');
  const kept = new Promise(() => {});
  debuggablePromise(kept, 'a test');
  console.log(JSON.stringify([Object.hasOwn(kept, '_debugStackTrace'), kept._debugStackTrace.includes(' at '), Error.stackTraceLimit]));
  process.reallyExit(0);`;

test('where a promise was made is kept only for whoever looks for one that leaks', () => {
  const ours = load("await import('./components/sdk.ts');");
  expect(inNode(`${ours} ${promises}`)).toEqual([true, false, 10]);
  expect(inNode(`process.env.PULUMI_DEBUG_PROMISE_LEAKS = 'true'; ${ours} ${promises}`)).toEqual([
    true,
    true,
    10,
  ]);
});

test('a resource does not say where in the program it stands: that would be in the state', () => {
  const where = 'console.log(JSON.stringify(loaded("@pulumi/pulumi/resource.js").Resource.stackTrace(0)));';
  expect(inNode(`${load("await import('./components/sdk.ts');")} ${where}`)).toEqual([]);
});

/** What Pulumi.yaml has Node told. */
function nodeargs(): string[] {
  const { runtime } = parse(readFileSync(resolve(root, 'Pulumi.yaml'), 'utf8'));
  return runtime.options.nodeargs.split(' ');
}

/** What is read of the modules that Pulumi's runner asks for, in a Node that is started as Pulumi.yaml says. */
function readByRunner(args: string[] = [], environment: Record<string, string> = {}): unknown {
  const code = `
    const runner = require('node:module').createRequire(require.resolve('@pulumi/pulumi/cmd/run'));
    const asked = ['../../runtime/closure/v8Hooks', 'source-map-support/register', './tracing', '../../log'];
    asked.forEach((name) => runner(name));
    const read = asked.filter((name) => require.cache[runner.resolve(name)] instanceof require('node:module'));
    console.log(JSON.stringify(read));`;
  return output([...nodeargs(), '--eval', code, '--', ...args], environment);
}

test('the runner starts neither an inspector nor a tracer, and maps no frames', () => {
  expect(readByRunner()).toEqual(['../../log']);
});

test('a run that is traced has its tracer', () => {
  expect(readByRunner(['--tracing', 'http://127.0.0.1:9/'])).toEqual(['./tracing', '../../log']);
});

test('what is seldom used is loaded when it is used', () => {
  const use = `
    const used = createRequire(loaded.resolve('@pulumi/pulumi'))('semver');
    console.log(JSON.stringify([large('semver/functions'), used.eq('1.0.0', '1.0.0'), large('semver/functions')]));`;
  expect(inNode(`${load("await import('./components/sdk.ts');")} ${use}`)).toEqual([false, true, true]);
});

test('a run that is part of a trace tells what it asks the engine', () => {
  const environment = {
    TRACEPARENT: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
    PULUMI_OTEL_EXPORTER_OTLP_ENDPOINT: '127.0.0.1:9',
  };
  expect(readByRunner([], environment)).toEqual(['./tracing', '../../log']);
  const instrumented = `
    const { ResourceMonitorClient } = require('@pulumi/pulumi/proto/resource_grpc_pb.js');
    console.log(JSON.stringify('__wrapped' in ResourceMonitorClient.prototype.registerResource));
    process.reallyExit(0);`;
  expect(output([...nodeargs(), '--eval', instrumented], environment)).toBe(true);
  expect(output([...nodeargs(), '--eval', instrumented])).toBe(false);
});
