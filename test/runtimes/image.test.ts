import { expect, test } from '@jest/globals';
import { isDeclared, qualifiedImage } from '../../runtimes/image.ts';

test.each([
  ['nginx', 'docker.io/library/nginx'],
  ['nginx:1.27', 'docker.io/library/nginx:1.27'],
  ['97layer/cortex-admin:1.4.2', 'docker.io/97layer/cortex-admin:1.4.2'],
  ['registry.example.com/a/b:1', 'registry.example.com/a/b:1'],
  ['registry:5000/a', 'registry:5000/a'],
  ['localhost/a:1', 'localhost/a:1'],
  ['nginx:1.27@sha256:00', 'docker.io/library/nginx@sha256:00'],
  ['registry:5000/a@sha256:00', 'registry:5000/a@sha256:00'],
  ['registry:5000/a:1@sha256:00', 'registry:5000/a@sha256:00'],
])('%s is %s', (image, qualified) => {
  expect(qualifiedImage(image)).toBe(qualified);
});

test.each([
  ['team/a:1', 'team/a:1', true],
  ['team/a:1@sha256:00', 'team/a:1', true],
  ['team/a:1@sha256:00', 'team/a:1@sha256:00', true],
  ['team/a:1@sha256:00', 'team/a:1@sha256:01', false],
  ['registry:5000/team/a:1@sha256:00', 'a:1', true],
  ['team/a:2@sha256:00', 'team/a:1', false],
  ['team/aa:1', 'a:1', false],
])('whether %s is what was declared as %s: %s', (image, declared, is) => {
  expect(isDeclared(image, declared)).toBe(is);
});
