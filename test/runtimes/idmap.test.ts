import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { hostId, idRanges, idShifts, ownerOnDisk } from '../../runtimes/idmap.ts';

const account = { name: 'cortex', uid: 1001, subuidStart: 165536 };
const podman = (uid: number) => idRanges('podman', { uid, gid: uid }, account, 'uid');
const docker = idRanges('docker', null, account, 'uid');

describe('idRanges', () => {
  test('docker: a number is the same number on the host', () => {
    expect([0, 1000, 4_000_000_000].map((id) => hostId(docker, id))).toEqual([0, 1000, 4_000_000_000]);
  });

  test('podman without a user: root is the account, the others are its subordinate ids', () => {
    const ranges = idRanges('podman', null, account, 'uid');
    expect([0, 1, 1000, 65536, 65537].map((id) => hostId(ranges, id))).toEqual([
      1001,
      165536,
      166535,
      231071,
      undefined,
    ]);
  });

  test('podman with a user: that user is the account, the others close up around it', () => {
    expect([0, 999, 1000, 1001, 65536].map((id) => hostId(podman(1000), id))).toEqual([
      165536, 166535, 1001, 166536, 231071,
    ]);
  });

  test('podman with root as its user maps as without one', () => {
    expect(podman(0)).toEqual(idRanges('podman', null, account, 'uid'));
  });

  test('a user whose group is not of the same number maps each by its own', () => {
    const user = { uid: 0, gid: 50 };
    expect(hostId(idRanges('podman', user, account, 'uid'), 0)).toBe(1001);
    expect(hostId(idRanges('podman', user, account, 'gid'), 50)).toBe(1001);
    expect(hostId(idRanges('podman', user, account, 'gid'), 0)).toBe(165536);
  });

  test('no two container ids have the same number on the host', () => {
    fc.assert(
      fc.property(fc.nat(65536), (uid) => {
        const ranges = podman(uid);
        expect(ranges.reduce((sum, { size }) => sum + size, 0)).toBe(65537);
        const ends = ranges.map(({ host, size }) => [host, host + size] as const).sort(([a], [b]) => a - b);
        for (const [i, [start]] of ends.entries())
          expect(start).toBeGreaterThanOrEqual(ends[i - 1]?.[1] ?? 0);
      }),
    );
  });
});

test('ownerOnDisk is the account under podman, whoever the user is', () => {
  expect(ownerOnDisk('docker', null, account)).toEqual({ uid: 0, gid: 0 });
  expect(ownerOnDisk('docker', { uid: 1000, gid: 50 }, account)).toEqual({ uid: 1000, gid: 50 });
  expect(ownerOnDisk('podman', null, account)).toEqual({ uid: 1001, gid: 1001 });
  expect(ownerOnDisk('podman', { uid: 1000, gid: 50 }, account)).toEqual({ uid: 1001, gid: 1001 });
});

describe('idShifts', () => {
  const shift = (shifts: ReturnType<typeof idShifts>, id: number) => {
    const found = shifts.find(({ from, size }) => id >= from && id < from + size);
    return found && found.to + id - found.from;
  };

  test('docker to podman without a user: 0 ↔ the account, N ↔ its Nth subordinate id', () => {
    expect(idShifts(docker, idRanges('podman', null, account, 'uid'))).toEqual([
      { from: 0, to: 1001, size: 1 },
      { from: 1, to: 165536, size: 65536 },
    ]);
  });

  test('the way back is the exact reverse, for every id the container can have', () => {
    fc.assert(
      fc.property(fc.nat(65536), fc.nat(65536), (uid, id) => {
        const there = shift(idShifts(docker, podman(uid)), id);
        expect(there).toBe(hostId(podman(uid), id));
        expect(shift(idShifts(podman(uid), docker), there ?? -1)).toBe(id);
      }),
    );
  });

  test('an id that no container has is in no range', () => {
    expect(shift(idShifts(podman(0), docker), 0)).toBeUndefined();
    expect(shift(idShifts(docker, podman(0)), 100_000)).toBeUndefined();
  });
});
