import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from '@jest/globals';
import { cacheDirectory, cached } from '../../toolchain/cache.ts';
import { scratch, withEnvironment } from './scratch.ts';

const silent = () => {};

test.each([
  [{ CORTEX_CACHE: '/c', XDG_CACHE_HOME: '/x', HOME: '/h' }, '/c'],
  [{ XDG_CACHE_HOME: '/x', HOME: '/h' }, '/x/cortex'],
  [{ HOME: '/h' }, '/h/.cache/cortex'],
])('with %j it is %s', (env, directory) => {
  expect(cacheDirectory(env)).toBe(directory);
});

test('a folder is filled once, and whoever comes meanwhile waits', async () => {
  const cache = scratch({});
  let fills = 0;
  const fill = async (directory: string) => {
    fills += 1;
    writeFileSync(join(directory, 'half'), '');
    await sleep(100);
    writeFileSync(join(directory, 'whole'), '');
  };
  await withEnvironment({ CORTEX_CACHE: cache.path }, async () => {
    const folders = await Promise.all([cached('tool', silent, fill), cached('tool', silent, fill)]);
    expect(folders).toEqual([join(cache.path, 'tool'), join(cache.path, 'tool')]);
    expect(await cached('tool', silent, fill)).toBe(folders[0]);
  });
  expect(fills).toBe(1);
  expect(readdirSync(join(cache.path, 'tool'))).toEqual(['half', 'whole']);
});

test('a failure leaves nothing, and what a killed process left is swept up', async () => {
  const cache = scratch({});
  mkdirSync(join(cache.path, '.tool-killed'));
  await withEnvironment({ CORTEX_CACHE: cache.path }, async () => {
    const failing = cached('tool', silent, () => Promise.reject(new Error('no network')));
    await expect(failing).rejects.toThrow('no network');
    expect(readdirSync(cache.path)).toEqual(['.tool.lock']);
    await cached('tool', silent, async () => {});
    expect(readdirSync(cache.path)).toEqual(['.tool.lock', 'tool']);
  });
});
