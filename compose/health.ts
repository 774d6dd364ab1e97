import type { Health } from '../spec/service.ts';
import { readDuration } from './duration.ts';
import type { Value } from './value.ts';

/** Reads `healthcheck`. Null where there is none or it is disabled. Defaults are Compose's. */
export function readHealth(value: Value): Health | null {
  if (!value.there) return null;
  value.refuseOtherThan(['test', 'interval', 'timeout', 'retries', 'start_period', 'disable'], {
    start_interval: 'delete it: a starting instance is probed four times a second anyway',
  });
  if (value.get('disable').boolean()) return null;
  const command = readTest(value);
  if (!command) return null;
  return {
    command,
    intervalMs: readDuration(value.get('interval'), 30_000, 1),
    timeoutMs: readDuration(value.get('timeout'), 30_000, 1),
    retries: readRetries(value.get('retries')),
    startPeriodMs: readDuration(value.get('start_period'), 0),
  };
}

function readTest(health: Value): string[] | undefined {
  const test = health.get('test');
  if (!test.there) {
    health.complain({
      expected: "a `test`: the image's own health check is not known here",
      fix: "add test: ['CMD', ...], or disable: true",
    });
    return undefined;
  }
  if (!test.isList) {
    if (test.string().trim() !== '') return shell(test.string());
    test.complain({ expected: 'a command', fix: 'name one, or write disable: true' });
    return undefined;
  }
  const [kind, ...words] = test.items().map((item) => item.string());
  if (kind === 'NONE' && words.length === 0) return undefined;
  if (kind === 'CMD' && words.length > 0) return words;
  if (kind === 'CMD-SHELL' && words.length === 1 && words[0]) return shell(words[0]);
  test.complain({
    expected: "['CMD', program, argument...], ['CMD-SHELL', line], ['NONE'] or a string",
    fix: 'write it in one of these forms',
  });
  return undefined;
}

function shell(line: string): string[] {
  return ['/bin/sh', '-c', line];
}

function readRetries(value: Value): number {
  if (!value.there) return 3;
  const retries = Number(value.raw);
  if (Number.isInteger(retries) && retries >= 1) return retries;
  value.complain({ expected: 'a whole number from 1', fix: 'leave it out for 3' });
  return 3;
}
