import { describe, expect, test } from '@jest/globals';
import { freeSlot, networkOf } from '../../../rehearsal/vm/network.ts';

describe('networkOf', () => {
  test.each([
    [0, '198.18.0.1', '198.18.0.2'],
    [1, '198.18.0.5', '198.18.0.6'],
    [63, '198.18.0.253', '198.18.0.254'],
    [64, '198.18.1.1', '198.18.1.2'],
    [16384, '198.19.0.1', '198.19.0.2'],
    [32767, '198.19.255.253', '198.19.255.254'],
  ])('slot %i is %s and %s', (slot, gateway, address) => {
    expect(networkOf(slot)).toMatchObject({ gateway, address });
  });

  test('names a bridge as short as an interface name has to be', () => {
    expect(networkOf(32767).bridge.length + 'vb-'.length).toBeLessThanOrEqual(15);
  });
});

describe('freeSlot', () => {
  test('is the lowest that nobody has', () => {
    expect(freeSlot(new Set(), new Set())).toBe(0);
    expect(freeSlot(new Set([0, 1, 3]), new Set())).toBe(2);
  });

  test('keeps off addresses that this machine has for another reason', () => {
    expect(freeSlot(new Set([0]), new Set(['127.0.0.1', '198.18.0.5']))).toBe(2);
  });

  test('says where to look when all are taken', () => {
    const all = new Set(Array.from({ length: 32768 }, (_, slot) => slot));
    expect(() => freeSlot(all, new Set())).toThrow('/run/cortex-rehearsal');
  });
});
