import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { bumped, imagesOf, withImages } from '../../bench/images.ts';

const compose = readFileSync(join(import.meta.dirname, '../../compose.yaml'), 'utf8');

test('four services have other images, there and back; nothing else changes', () => {
  const next = withImages(compose, 'new');
  const [before, after] = [imagesOf(compose), imagesOf(next)];
  expect(
    Object.keys(before)
      .filter((service) => before[service] !== after[service])
      .sort(),
  ).toEqual(bumped.toSorted());
  expect(after['cortex-admin']).toBe('97layer/cortex-admin:1.4.3');
  expect(after['cortex-editor']).toBe('97layer/cortex-editor:1.3.1');
  expect(withImages(next, 'old')).toBe(compose);
});

test('a tag that it does not know is an error, and not left as it is', () => {
  const other = compose.replace('cortex-admin:1.4.2', 'cortex-admin:2.0.0');
  expect(() => withImages(other, 'new')).toThrow(
    'found "image: 97layer/cortex-admin:2.0.0", expected a tag of 1.4.2, 1.4.3, 1.3.0, 1.3.1',
  );
});
