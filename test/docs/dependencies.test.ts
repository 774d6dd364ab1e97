import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, test } from '@jest/globals';
import { machinePackages } from '../../rehearsal/vm/packages.ts';

const project = resolve(import.meta.dirname, '../..');
const page = readFileSync(join(project, 'docs', 'dependencies.md'), 'utf8');
const manifest = JSON.parse(readFileSync(join(project, 'package.json'), 'utf8')) as {
  dependencies: Record<string, string>;
  devDependencies: Record<string, string>;
};

/** The names in the first column of the table below a heading. */
function listed(heading: string): string[] {
  const section = page.split('\n## ').find((section) => section.startsWith(heading)) ?? '';
  return [...section.matchAll(/^\| `([^`]+)` \| \S/gm)].map((match) => match[1] ?? '');
}

test.each([
  ['npm: the program and its provider', manifest.dependencies],
  ['npm: development', manifest.devDependencies],
])('%s: what package.json has, each with its reason', (heading, packages) => {
  expect(listed(heading).sort()).toEqual(Object.keys(packages).sort());
});

test('every version is exact', () => {
  const versions = Object.values({ ...manifest.dependencies, ...manifest.devDependencies });
  for (const version of versions) expect(version).toMatch(/^\d+\.\d+\.\d+$/);
});

test('every Debian package of a rehearsal has its reason', () => {
  expect(listed('Debian: the machine')).toEqual(expect.arrayContaining(machinePackages));
});
