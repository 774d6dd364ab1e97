import { expect, test } from '@jest/globals';
import { faults, type Price, priceOf, prices } from '../../../preflight/cloud/prices.ts';

const today = new Date().toISOString().slice(0, 10);

test('every price has a source, and the day it was known', () => {
  expect(prices.length).toBeGreaterThan(20);
  expect(faults(prices, today)).toEqual([]);
});

test.each<[string, Partial<Price>, string]>([
  ['no source', { source: '' }, 'natVm: no source'],
  ['a source that is no page', { source: 'https://cloud.google.com' }, 'natVm: no source'],
  ['no date', { date: '' }, 'natVm: no date'],
  ['a date that is none', { date: '2025-13-01' }, 'natVm: no date'],
  ['a date to come', { date: '2999-01-01' }, 'natVm: no date'],
  ['no price', { usd: 0 }, 'natVm: no price'],
])('%s is found', (_, change, fault) => {
  const price: Price = { item: 'natVm', usd: 1, source: 'https://example.com/a', date: '2025-12-01' };
  expect(faults([price], today)).toEqual([]);
  expect(faults([{ ...price, ...change }], today)).toEqual([fault]);
});

test('a price that is there twice is found', () => {
  const price: Price = { item: 'alert', usd: 1, source: 'https://example.com/a', date: '2025-12-01' };
  expect(faults([price, price], today)).toEqual(['alert: it is there twice']);
});

test('what is not in the table has no price', () => {
  expect(priceOf('balancedDisk', { region: 'europe-west1' })?.usd).toBe(0.1);
  expect(priceOf('balancedDisk', { region: 'me-west1' })).toBeUndefined();
  expect(priceOf('vcpu', { region: 'europe-west1', series: 'c3' })).toBeUndefined();
  // the same everywhere
  expect(priceOf('address', { region: 'me-west1' })?.usd).toBe(0.005);
});
