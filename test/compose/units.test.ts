import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { parseBytes, parseDecimalBytes, parseDuration, parsePorts } from '../../compose/units.ts';

describe('parseDuration', () => {
  test.each([
    ['0s', 0],
    ['10s', 10_000],
    ['1m30s', 90_000],
    ['1h5m30s20ms', 3_930_020],
    ['1.5s', 1500],
    ['1.1s', 1100],
    ['500ms', 500],
    ['2000us', 2],
  ])('%j is %d ms', (text, expected) => {
    expect(parseDuration(text)).toBe(expected);
  });

  test.each(['', '10', 's', '-1s', '1 s', '1d', '1us', '1s!', '1e3s'])('%j is none', (text) => {
    expect(parseDuration(text)).toBeUndefined();
  });

  test('reads back what it is written as', () => {
    const part = fc.nat({ max: 10_000 });
    fc.assert(
      fc.property(part, part, part, part, (h, m, s, ms) => {
        expect(parseDuration(`${h}h${m}m${s}s${ms}ms`)).toBe(h * 3_600_000 + m * 60_000 + s * 1000 + ms);
      }),
    );
  });

  test('answers whole milliseconds or nothing', () => {
    const text = fc
      .array(fc.constantFrom('1', '9', '.', 'h', 'm', 's', 'ms', 'us', '-'))
      .map((all) => all.join(''));
    fc.assert(
      fc.property(text, (written) => {
        const duration = parseDuration(written);
        if (duration !== undefined) expect(Number.isSafeInteger(duration) && duration >= 0).toBe(true);
      }),
    );
  });
});

describe('parseBytes', () => {
  test.each([
    ['4096', 4096],
    ['0', 0],
    ['512M', 536_870_912],
    ['10m', 10_485_760],
    ['1gb', 1_073_741_824],
    ['1GiB', 1_073_741_824],
    ['1.5 k', 1536],
    ['64b', 64],
  ])('%j is %d', (text, expected) => {
    expect(parseBytes(text)).toBe(expected);
  });

  test.each(['', 'm', '-1', '1x', '1 0', '1mm', '1ib', '1gi', '9999999p'])('%j is none', (text) => {
    expect(parseBytes(text)).toBeUndefined();
  });

  test('reads back what it is written as, in both bases', () => {
    fc.assert(
      fc.property(fc.nat({ max: 8000 }), fc.constantFrom('', 'k', 'm', 'g', 't'), (amount, unit) => {
        const power = ['', 'k', 'm', 'g', 't'].indexOf(unit);
        expect(parseBytes(`${amount}${unit}`)).toBe(amount * 1024 ** power);
        expect(parseDecimalBytes(`${amount}${unit}`)).toBe(amount * 1000 ** power);
      }),
    );
  });
});

test.each([
  ['80', { first: 80, last: 80 }],
  ['3000-3002', { first: 3000, last: 3002 }],
  ['0', undefined],
  ['65536', undefined],
  ['2-1', undefined],
  ['80a', undefined],
  ['', undefined],
])('parsePorts of %j is %j', (text, expected) => {
  expect(parsePorts(text)).toEqual(expected);
});
