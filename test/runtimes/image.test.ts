import { expect, test } from '@jest/globals';
import { qualifiedImage } from '../../runtimes/image.ts';

test.each([
  ['nginx', 'docker.io/library/nginx'],
  ['nginx:1.27', 'docker.io/library/nginx:1.27'],
  ['97layer/cortex-admin:1.4.2', 'docker.io/97layer/cortex-admin:1.4.2'],
  ['ghcr.io/a/b:1', 'ghcr.io/a/b:1'],
  ['registry:5000/a', 'registry:5000/a'],
  ['localhost/a:1', 'localhost/a:1'],
])('%s is %s', (image, qualified) => {
  expect(qualifiedImage(image)).toBe(qualified);
});
