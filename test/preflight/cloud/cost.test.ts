import { describe, expect, test } from '@jest/globals';
import { appliedBillables, declaredBillables } from '../../../preflight/cloud/billable.ts';
import { cost } from '../../../preflight/cloud/cost.ts';
import { declaration, vmState } from './declared.ts';

const cents = (usd: number | undefined) => usd !== undefined && Math.round(usd * 100) / 100;

describe('the first up', () => {
  test('costs what is declared, line by line', () => {
    const { lines, applied, declared, unpriced, pricesOf } = cost([], declaration());
    expect(lines.map(({ what, declared: part }) => [what, part?.size, cents(part?.usd)])).toEqual([
      ['VM', 'e2-medium, us-central1', 24.46],
      ['boot disk', '20 GB, us-central1', 2],
      ['data disk', '20 GB, us-central1', 2],
      ['Cloud NAT and its address', 'one VM', 4.67],
    ]);
    expect(lines.every((line) => line.applied === undefined)).toBe(true);
    expect([applied, cents(declared), unpriced]).toEqual([0, 33.13, []]);
    expect(pricesOf).toMatch(/^\d{4}-\d\d-\d\d$/);
  });

  test('costs less on a smaller VM with an address of its own', () => {
    const declared = declaration({}, { machineType: 'e2-small', egress: 'externalIp' });
    const { lines, used } = cost([], declared);
    expect(lines.map(({ what, declared: part }) => [what, cents(part?.usd)])).toEqual([
      ['VM', 12.23],
      ['boot disk', 2],
      ['data disk', 2],
      ['external address', 3.65],
    ]);
    expect(used.map(({ what }) => what)).not.toContain('traffic through Cloud NAT, both ways');
  });

  test('alerts and versions of secrets are counted', () => {
    const declared = declaration({
      alerts: { email: 'ops@example.com' },
      secretsFrom: 'secretManager',
      secretVersions: { ONE: '1', TWO: '3' },
    });
    expect(declaredBillables(declared)).toEqual(
      expect.arrayContaining([
        { kind: 'alerts', conditions: 3 },
        { kind: 'secrets', versions: 2 },
      ]),
    );
    expect(cost([], declared).used.map(({ what }) => what)).toContain('logs');
  });

  test('of a machine that exists costs nothing', () => {
    const host = {
      kind: 'ssh',
      user: 'deploy',
      account: 'cortex',
      address: 'a',
      port: 22,
      hostKey: 'k',
    } as const;
    expect(cost([], { ...declaration(), host })).toMatchObject({ lines: [], used: [], declared: 0 });
  });
});

describe('a change', () => {
  const change = (state: ReturnType<typeof vmState>, declared: ReturnType<typeof declaration>) =>
    cost(appliedBillables(state, declared), declared);

  test('of nothing costs nothing', () => {
    const { lines, applied, declared } = change(vmState(), declaration());
    expect(applied).toBe(declared);
    expect(lines.every((line) => line.applied?.usd === line.declared?.usd)).toBe(true);
  });

  test('of the machine type shows both sizes', () => {
    const { lines } = change(vmState('e2-small'), declaration());
    expect([lines[0]?.applied?.size, lines[0]?.declared?.size]).toEqual([
      'e2-small, us-central1',
      'e2-medium, us-central1',
    ]);
    expect([cents(lines[0]?.applied?.usd), cents(lines[0]?.declared?.usd)]).toEqual([12.23, 24.46]);
  });

  test('of the way out: one goes, and the other comes', () => {
    const { lines } = change(vmState('e2-medium', true), declaration());
    const ways = lines.filter(({ what }) => /NAT|external/.test(what));
    expect(ways.map(({ what, applied, declared }) => [what, applied?.size, declared?.size])).toEqual([
      ['Cloud NAT and its address', undefined, 'one VM'],
      ['external address', 'one', undefined],
    ]);
  });

  test('alerts that are there are counted by their conditions', () => {
    const policy = { type: 'gcp:monitoring/alertPolicy:AlertPolicy', inputs: { conditions: [{}, {}] } };
    expect(appliedBillables([policy, policy], declaration())).toEqual([{ kind: 'alerts', conditions: 4 }]);
  });
});

test('what has no price is named, and is not free', () => {
  const elsewhere = declaration({}, { zone: 'me-west1-a', machineType: 'n2-custom-4-8192' });
  const { lines, unpriced, declared } = cost([], elsewhere);
  expect(unpriced).toEqual(['n2-custom-4-8192, me-west1', '20 GB, me-west1']);
  expect(lines[0]?.declared).toEqual({ size: 'n2-custom-4-8192, me-west1' });
  expect(cents(declared)).toBe(4.67);
});
