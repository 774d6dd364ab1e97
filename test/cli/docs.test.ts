import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { cortex } from './context.ts';

const project = join(import.meta.dirname, '../..');

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'docs-'));
  const files = [
    'Pulumi.yaml',
    'Pulumi.prod.yaml',
    'Pulumi.dev.yaml',
    'compose.yaml',
    'knowledge',
    'SYSTEM.md',
  ];
  for (const file of files) cpSync(join(project, file), join(root, file), { recursive: true });
});
afterEach(() => rmSync(root, { recursive: true }));

const read = (file = 'SYSTEM.md') => readFileSync(join(root, file), 'utf8');
const edit = (file: string, from: string | RegExp, to: string) =>
  writeFileSync(join(root, file), read(file).replace(from, to));
const docs = (...options: string[]) => cortex(['docs', ...options], { root });

test('writes the page, says so, and has nothing to do the second time', async () => {
  expect(await docs()).toEqual({ code: 0, out: 'SYSTEM.md was written\n', err: '' });
  const written = read();
  expect(written).toContain('| `prod` |');
  expect(written).not.toContain('staging');
  expect(await docs()).toEqual({ code: 0, out: 'SYSTEM.md says what is declared\n', err: '' });
  expect((await docs('--check')).code).toBe(0);
  expect(read()).toBe(written);
});

describe('--check ends with 7 and writes nothing', () => {
  beforeEach(async () => {
    await docs();
  });

  test.each<[string, string, string | RegExp, string, string]>([
    ['the flag', 'Pulumi.prod.yaml', 'cortex:runtime: docker', 'cortex:runtime: podman', '+ | `prod` |'],
    ['an image', 'compose.yaml', 'cortex-admin:1.4.2', 'cortex-admin:1.4.3', '+ | `cortex-admin` |'],
    ['the page', 'SYSTEM.md', '**docker**', '**podman**', '- | `prod` |'],
    ['its markers', 'SYSTEM.md', '<!-- cortex docs: end -->', '', '+ ## Environments'],
  ])('when %s was edited', async (_, file, from, to, shown) => {
    edit(file, from, to);
    const before = read();
    const { code, out, err } = await docs('--check');
    expect({ code, err }).toEqual({ code: 7, err: expect.stringContaining('SYSTEM.md') });
    expect(out).toContain(shown);
    expect(read()).toBe(before);
  });
});

test('is in Korean when a stack says so', async () => {
  edit('Pulumi.prod.yaml', 'config:\n', 'config:\n  cortex:docs: { language: ko }\n');
  expect((await docs()).code).toBe(0);
  expect(read()).toContain('## 환경');
});

test('stacks that want it in two languages are told', async () => {
  edit('Pulumi.prod.yaml', 'config:\n', 'config:\n  cortex:docs: { language: ko }\n');
  writeFileSync(join(root, 'Pulumi.other.yaml'), read('Pulumi.prod.yaml').replace('ko', 'en'));
  const { code, err } = await docs();
  expect(code).toBe(1);
  expect(err).toContain('cortex:docs.language');
  expect(err).toMatch(/stack '(prod|other)' says (ko|en)/);
});

test('what is wrong with a stack’s file is told as everywhere, and the page stays as it is', async () => {
  const before = read();
  edit('Pulumi.prod.yaml', 'cortex:runtime: docker', 'cortex:runtime: dokcer');
  const { code, err } = await docs();
  expect(code).toBe(1);
  expect(err).toContain("configuration of stack 'prod': 1 problem");
  expect(read()).toBe(before);
});
