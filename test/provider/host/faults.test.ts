import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { type Event, tryRollouts } from './rollouts.ts';
import { TempHost } from './tempHost.ts';

const hosts: TempHost[] = [];
afterAll(() => {
  for (const host of hosts) host.remove();
});

function newHost(): TempHost {
  const host = new TempHost();
  hosts.push(host);
  return host;
}

/** By number, however slow the machine is. `npm run soak -- rollouts` tries for longer. */
const few = 2;

test('whatever changes, fails and crashes: one serves, never two write, and the next deployment mends it', () => {
  expect(tryRollouts(newHost(), 3, { numRuns: few })).toBeGreaterThanOrEqual(few);
}, 120_000);

const flip: Event = { event: 'deploy', what: 'flag', behaviour: 'good', crash: null };
const left: Event = { ...flip, crash: { service: 'db', step: 'start', command: 0 } };

describe('a host that is broken on purpose is found out', () => {
  test.each([
    {
      broken: 'a single writer is not stopped',
      instead: ['verb "$1" stop >&2', 'true'],
      events: [flip],
      found: /start db-\S+ while db-\S+ runs/,
    },
    {
      broken: 'the proxy is not switched',
      instead: [
        '| replace "$service_dir/slot"\n  apply_proxy "$service_dir"',
        '| replace "$service_dir/slot"',
      ],
      events: [flip],
      found: /web does not answer after/,
    },
    {
      broken: 'no timer is set',
      instead: ['systemd-run --quiet', 'true'],
      events: [left],
      found: /"armed": false/,
    },
  ])(
    '$broken',
    ({ instead: [from = '', to = ''], events, found }) => {
      const host = newHost();
      const file = join(host.root, 'library.sh');
      const library = readFileSync(file, 'utf8');
      expect(library).toContain(from);
      writeFileSync(file, library.replaceAll(from, to));
      const bounds = { numRuns: 1, endOnFailure: true, examples: [[events]] as [Event[]][] };
      expect(() => tryRollouts(host, 3, bounds)).toThrow(found);
    },
    60_000,
  );
});
