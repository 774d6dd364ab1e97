import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { cached, contentOf } from '../../../rehearsal/vm/cache.ts';

let cache: string;
beforeEach(() => {
  cache = mkdtempSync(join(tmpdir(), 'cache-'));
});
afterEach(() => rmSync(cache, { recursive: true }));

let builds = 0;
const build = async (directory: string): Promise<void> => {
  builds += 1;
  mkdirSync(directory);
  writeFileSync(join(directory, 'result'), String(builds));
};

describe('cached', () => {
  test('builds once for the same thing, also when two want it at once', async () => {
    builds = 0;
    const wanted = () => cached('thing', ['a'], { cache }, build);
    const [first, second] = await Promise.all([wanted(), wanted()]);
    expect(first).toBe(second);
    expect(await wanted()).toBe(first);
    expect(builds).toBe(1);
    expect(await cached('thing', ['b'], { cache }, build)).not.toBe(first);
    expect(builds).toBe(2);
  });

  test('leaves nothing under the name when a build fails, and clears up before the next', async () => {
    const failing = cached('thing', ['a'], { cache }, async (directory) => {
      mkdirSync(directory);
      throw new Error('no space');
    });
    await expect(failing).rejects.toThrow('no space');
    expect(readdirSync(cache).filter((name) => name.startsWith('thing-'))).toEqual([]);
    const result = await cached('thing', ['a'], { cache }, build);
    expect(readdirSync(cache).sort()).toEqual([result.slice(cache.length + 1), 'thing.lock']);
  });

  test('drops what nobody used for a week, when it builds', async () => {
    const old = await cached('thing', ['old'], { cache }, build);
    const recent = await cached('thing', ['recent'], { cache }, build);
    utimesSync(old, new Date(), new Date(Date.now() - 8 * 24 * 3600 * 1000));
    await cached('thing', ['new'], { cache }, build);
    expect([existsSync(old), existsSync(recent)]).toEqual([false, true]);
  });
});

test('contentOf tells files apart by place and by content, wherever the directory is', () => {
  const directory = join(cache, 'tree');
  mkdirSync(join(directory, 'below'), { recursive: true });
  writeFileSync(join(directory, 'a'), '1');
  writeFileSync(join(directory, 'below', 'a'), '2');
  expect(contentOf(directory)).toEqual({ 'tree/a': '1', 'tree/below/a': '2' });
});
