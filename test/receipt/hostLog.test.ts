import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { parseHostLog } from '../../receipt/hostLog.ts';

/** A part of what a rehearsed host said of a flip back to Docker, on a machine that had much else to do. */
const recorded = readFileSync(join(import.meta.dirname, 'recorded.txt'), 'utf8');

test('what a real host says: requests held for a single writer, streams, steps', () => {
  const { requests, streams, steps, givenUp, notes } = parseHostLog('dev', recorded);
  const admin = requests.filter(({ service }) => service === 'cortex-admin');
  expect(admin.map(({ failure }) => failure)).toEqual(admin.map(() => null));
  expect(new Set(admin.map(({ instance, runtime }) => `${instance} ${runtime}`))).toEqual(
    new Set(['cortex-admin-92b3395 docker']),
  );
  expect(Math.max(...admin.map(({ heldMs }) => heldMs ?? 0))).toBe(26_616);
  expect(streams.map(({ kind, service, instance, cut }) => [kind, service, instance, cut])).toEqual([
    ['websocket', 'cortex-dashboard', 'cortex-dashboard-0dbc84e', true],
    ['events', 'cortex-dashboard', 'cortex-dashboard-0dbc84e', true],
  ]);
  expect(steps.map(({ kind, instance, runtime }) => [kind, instance, runtime])).toEqual([
    ['create', 'cortex-admin-92b3395', 'docker'],
    ['switch', 'cortex-admin-92b3395', 'docker'],
    ['remove', 'cortex-admin-9fab99b', 'podman'],
    ['remove', 'cortex-dashboard-0dbc84e', 'podman'],
  ]);
  expect(givenUp).toBe(0);
  expect(notes).toEqual(['A stream of events counts as one client for each connection.']);
});

test('an answer that was cut short is no answer', () => {
  expect(() => parseHostLog('dev', recorded.replace('=== end', ''))).toThrow('it was cut short');
});

test('what could not be logged is told', () => {
  const { notes } = parseHostLog('dev', '=== instances\n=== dropped\n12\n=== journal\n=== end\n');
  expect(notes).toContain('The proxy logged no request in this time.');
  expect(notes).toContain('Since it was started, the proxy could not log 12 lines.');
});
