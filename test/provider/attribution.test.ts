import { expect, test } from '@jest/globals';
import { type Props, Secret } from '../../provider/rpc/value.ts';
import { FakeHost, operation } from './fakeHost.ts';
import { inputs, spec } from './fixture.ts';

const type = 'containerhost:index:Instance';
const props = (image: string, restart: 'always' | 'no' = 'always'): Props => ({
  ...(inputs({ spec: spec({ image, restart }) }) as unknown as Props),
  secrets: new Secret({}),
  state: 'running',
});

/** What a preview says, of what was applied, what a refresh found, and what the program says now. */
async function said(applied: Props, found: Props, declared: Props): Promise<string[]> {
  const { provider } = new FakeHost();
  const op = operation();
  const olds: Props = { ...found, declared: { spec: applied.spec ?? null } };
  const compare = { ...op, id: 'web-1234567', oldInputs: found, olds, ignoreChanges: [] };
  // a refresh compares with what is stored, before the program has run
  await provider.diff(type, { ...compare, news: applied });
  await provider.diff(type, { ...compare, news: declared });
  await provider.preview?.(type, { ...op, id: undefined, olds: {}, news: declared });
  return op.logged.filter((line) => line.includes('declared'));
}

test('what the program changes is yours, and how it comes about is said', async () => {
  expect(await said(props('web:1'), props('web:1'), props('web:2'))).toEqual([
    [
      'info: web is to be what you declared:',
      '  spec.image: "web:1" → "web:2" (you changed it)',
      'pulumi up starts a new instance beside this one and switches to it once it is healthy: this one serves until then.',
    ].join('\n'),
  ]);
});

test('what somebody changed on the host is not', async () => {
  expect(await said(props('web:1'), props('web:1', 'no'), props('web:1'))).toEqual([]);
  expect(await said(props('web:1'), props('web:1', 'no'), props('web:2'))).toEqual([
    expect.not.stringContaining('restart'),
  ]);
});
