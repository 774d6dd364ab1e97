import { expect, test } from '@jest/globals';
import { withConfig } from '../../spec/config.ts';
import { web } from '../compose/file.ts';

test('withConfig fills in one config of a copy', () => {
  const spec = web('configs: [a, b]', 'configs: {a: {external: true}, b: {content: x}}', {
    supplied: { secrets: [], configs: ['a'] },
  });
  expect(withConfig(spec, 'a', 'rules').configs.map(({ content }) => content)).toEqual(['rules', 'x']);
  expect(spec.configs.map(({ content }) => content)).toEqual(['', 'x']);
});
