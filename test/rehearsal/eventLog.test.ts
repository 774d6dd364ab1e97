import { appendFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from '@jest/globals';
import { followEvents } from '../../rehearsal/eventLog.ts';

test('each line with the time at which it was there, also of a file that comes later', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'events-'));
  const file = join(directory, 'events');
  const following = followEvents(file);
  const begun = Date.now();
  await sleep(100);
  appendFileSync(file, '{"a":1}\n{"b"');
  await sleep(200);
  appendFileSync(file, ':"ü"}\n');
  await sleep(100);
  appendFileSync(file, '{"c":3}\n');
  const events = following.stop();
  rmSync(directory, { recursive: true });
  expect(events.map(({ line }) => line)).toEqual(['{"a":1}', '{"b":"ü"}', '{"c":3}']);
  const [a = 0, b = 0] = events.map(({ at }) => at - begun);
  expect(a).toBeGreaterThanOrEqual(95);
  expect(b - a).toBeGreaterThan(100);
});

test('a file that never comes', () => {
  expect(followEvents('/nonexistent/events').stop()).toEqual([]);
});
