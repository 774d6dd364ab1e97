import { expect, jest, test } from '@jest/globals';
import { lazily } from '../../../provider/rpc/lazily.ts';
import type { CheckRequest, ResourceOperations } from '../../../provider/rpc/resourceProvider.ts';

const identity = { name: 'lazy', version: '1.0.0' };
const req = { news: { a: 1 } } as unknown as CheckRequest;
const operations = {
  check: (type: string) => ({ inputs: { type }, failures: [] }),
} as unknown as ResourceOperations;

test('who only has its configuration checked is not loaded', () => {
  const load = jest.fn(async () => operations);
  const provider = lazily(identity, load);
  expect(provider).toMatchObject(identity);
  expect(provider.checkConfig).toBeUndefined();
  expect(load).not.toHaveBeenCalled();
});

test('who is configured is loaded, once', async () => {
  const load = jest.fn(async () => operations);
  const provider = lazily(identity, load);
  provider.configure?.({}, {});
  expect(load).not.toHaveBeenCalled();
  await new Promise((resolve) => setImmediate(resolve));
  expect(load).toHaveBeenCalledTimes(1);
  expect(await provider.check('t', req)).toEqual({ inputs: { type: 't' }, failures: [] });
  expect(await provider.preview?.('t', { ...req, id: undefined, olds: {} })).toEqual({ a: 1 });
  expect(load).toHaveBeenCalledTimes(1);
});

test('one that cannot be loaded says so to whoever needs it', async () => {
  const provider = lazily(identity, async () => {
    throw new Error('no such module');
  });
  provider.configure?.({}, {});
  await expect(provider.check('t', req)).rejects.toThrow('no such module');
});
