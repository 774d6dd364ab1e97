import { mkdirSync, readFileSync } from 'node:fs';
import { delimiter, join, resolve } from 'node:path';
import { expect, test } from '@jest/globals';
import { requiredGo } from '../../toolchain/go.ts';
import { findOnPath, pulumiEnvironment, pulumiVersion } from '../../toolchain/pulumi.ts';
import { scratch, withEnvironment } from './scratch.ts';

const project = resolve(import.meta.dirname, '../..');
const cli = (version: string) => `#!/bin/sh\n[ "$1" = version ] && echo ${version}\n`;
const host = { 'pulumi-language-nodejs': '#!/bin/sh\n' };

test('the Go modules pin what package.json pins', () => {
  const module = (folder: string) => readFileSync(join(project, 'toolchain', folder, 'go.mod'), 'utf8');
  expect(module('pulumi')).toContain(`github.com/pulumi/pulumi/pkg/v3 v${pulumiVersion()}\n`);
  expect(module('language')).toContain('github.com/pulumi/pulumi/sdk/v3 v3.66.0\n');
  expect(requiredGo()).toMatch(/^1\.\d+\.\d+$/);
  // Of one Go, or a Go that switches would fetch two.
  expect(module('language')).toContain(`\ngo ${requiredGo()}\n`);
});

test.each([
  ['the version itself', 'v3.258.0', host, true],
  ['a later one', 'v3.300.1', host, true],
  ['an older one', 'v3.257.9', host, false],
  ['the next major version', 'v4.0.0', host, false],
  ['one without its language host', 'v3.258.0', {}, false],
  ['one that prints no version', 'hello', host, false],
])('on PATH, %s', (_what, version, others, accepted) => {
  const empty = scratch({}).path;
  const { path } = scratch({ pulumi: cli(version), ...others });
  expect(findOnPath(['', empty, path], '3.258.0')).toBe(accepted ? path : null);
});

test('only the pulumi that a shell would run is looked at', () => {
  const old = scratch({ pulumi: cli('v3.1.0'), ...host }).path;
  const recent = scratch({ pulumi: cli('v3.258.0'), ...host }).path;
  expect(findOnPath([old, recent], '3.258.0')).toBeNull();
});

test('the environment puts the project’s Node and Pulumi first, and keeps a home of its own', async () => {
  const cache = scratch({}).path;
  const folder = join(cache, `pulumi-${pulumiVersion()}-${process.platform}-${process.arch}`);
  mkdirSync(folder);
  const variables = { PATH: '/usr/bin:/bin', CORTEX_CACHE: cache, CORTEX_PULUMI: undefined };
  const environment = await withEnvironment(variables, pulumiEnvironment);
  expect(environment).toMatchObject({
    PATH: [join(project, 'node_modules/.bin'), folder, '/usr/bin', '/bin'].join(delimiter),
    PULUMI_HOME: join(cache, 'pulumi-home'),
    CORTEX_PULUMI: folder,
  });
  // A process that was started with it finds the same, and adds nothing.
  expect(await withEnvironment({ ...environment, CORTEX_CACHE: cache }, pulumiEnvironment)).toEqual(
    environment,
  );
});

test('without a Pulumi it says how to get one', async () => {
  const variables = { PATH: '/nowhere', CORTEX_CACHE: scratch({}).path, CORTEX_PULUMI: undefined };
  await expect(withEnvironment(variables, pulumiEnvironment)).rejects.toThrow(
    'node toolchain/run.mjs toolchain/main.ts',
  );
});

test('the sums that vouch for the modules are whole', () => {
  for (const folder of ['pulumi', 'language']) {
    const sums = readFileSync(join(project, 'toolchain', folder, 'go.sum'), 'utf8');
    for (const line of sums.trimEnd().split('\n')) expect(line).toMatch(/^\S+ v\S+ h1:[\w+/]{43}=$/);
  }
});
