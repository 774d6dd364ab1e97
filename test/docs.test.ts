import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';

const project = resolve(import.meta.dirname, '..');
const manifest = JSON.parse(read('package.json')) as {
  scripts: Record<string, string>;
  dependencies: Record<string, string>;
  devDependencies: Record<string, string>;
};
const pages = files('.md');

function read(file: string): string {
  return readFileSync(join(project, file), 'utf8');
}

/** The project's own files of a kind, relative to it. */
function files(extension: string, folder = ''): string[] {
  return readdirSync(join(project, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.name.startsWith('.') || entry.name === 'node_modules') return [];
    if (entry.isDirectory()) return files(extension, path);
    return path.endsWith(extension) ? [path] : [];
  });
}

/** A page without its blocks of code, which hold examples. */
function prose(page: string): string {
  return read(page).replace(/^```.*?^```$/gms, '');
}

/** Targets of links that lead to files of the project. */
function links(page: string): string[] {
  return [...prose(page).matchAll(/\]\(([^)\s]+)\)/g)]
    .map((match) => match[1] ?? '')
    .filter((target) => !/^[a-z]+:/.test(target));
}

/** As GitHub makes anchors of headings. */
function anchors(page: string): string[] {
  return [...prose(page).matchAll(/^#+ (.*)$/gm)].map((match) =>
    (match[1] ?? '')
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .replace(/\s/g, '-'),
  );
}

const linked = pages.flatMap((page) => links(page).map((target) => ({ page, target })));

test.each(linked)('$page: $target is there', ({ page, target }) => {
  const [path = '', anchor] = target.split('#');
  const file = path === '' ? page : relative(project, join(project, dirname(page), path));
  expect(existsSync(join(project, file))).toBe(true);
  if (anchor !== undefined) expect(anchors(file)).toContain(anchor);
});

describe('commands', () => {
  test.each(pages)('%s: every script that is named is there', (page) => {
    const named = [...read(page).matchAll(/\bnpm run ([\w:-]+)/g)].map((match) => match[1]);
    expect(Object.keys(manifest.scripts)).toEqual(expect.arrayContaining(named));
  });
});

/**
 * Whether a text in backticks is meant as a file of this project. Others with a slash in them are packages,
 * images, addresses, Go modules and paths of a host.
 */
function isFile(text: string): boolean {
  if (!/^[\w.*-]+(\/[\w.*-]+)*\/?$/.test(text) || !text.includes('/')) return false;
  const [first = ''] = text.split('/');
  if (/^\d/.test(first) || /\.(com|org|io)$/.test(first)) return false;
  return !['debian-cloud', 'roles', 'schema'].includes(first);
}

test.each(pages)('%s: every file that is named is there', (page) => {
  const spans = [...prose(page).matchAll(/`([^`]+)`/g)].map((match) => match[1] ?? '');
  // of a command, the arguments that are files by their extension
  const words = spans.flatMap((span) =>
    span.includes(' ') ? span.split(/\s+/).filter((word) => /\.(ts|mjs|sh|md)$/.test(word)) : [span],
  );
  const missing = words
    .filter(isFile)
    // a pattern stands for what is in the folder before it
    .map((path) => path.replace(/\/[^/]*\*.*$/, ''))
    .filter((path) => !existsSync(join(project, path)) && !existsSync(join(project, dirname(page), path)));
  expect(missing).toEqual([]);
});

describe('what messages refer to', () => {
  const sources = ['provider', 'components', 'config', 'compose', 'runtimes', 'toolchain'].flatMap((folder) =>
    [...files('.ts', folder), ...files('.sh', folder)].map((file) => ({ file, text: read(file) })),
  );
  const referred = sources.flatMap(({ file, text }) =>
    [...text.matchAll(/(?<![\w/])(docs\/[\w-]+\.md)(?:, "([^"]+)")?/g)].map((match) => ({
      file,
      page: match[1] ?? '',
      heading: match[2],
    })),
  );

  test('some do', () => expect(referred.length).toBeGreaterThan(0));

  test.each(referred)('$file: $page, $heading', ({ page, heading }) => {
    expect(pages).toContain(page);
    if (heading) expect(read(page).toLowerCase()).toMatch(new RegExp(`^#+ ${heading}$`, 'm'));
  });
});

test('every decision is listed', () => {
  const folder = 'docs/adr';
  const decisions = readdirSync(join(project, folder)).filter((name) => /^\d{4}-/.test(name));
  expect(links(`${folder}/README.md`)).toEqual(decisions.sort());
});

describe('configuration', () => {
  interface Declared {
    type: string;
    description: string;
    default?: unknown;
  }
  const { config } = parse(read('Pulumi.yaml')) as { config: Record<string, Declared> };

  /** A key as it is listed for people, on one line. */
  function listed(key: string, { type, description, ...rest }: Declared): string {
    const value = JSON.stringify(rest.default)?.replaceAll('"', '');
    // objects in code, or <names> in them would be taken for HTML
    const text = description.replace(/\$?\{(?:[^{}]|\{[^{}]*\})*\}/g, '`$&`');
    return `- \`cortex:${key}\` (${type}, ${'default' in rest ? `default \`${value}\`` : 'required'}). ${text}`;
  }

  test('docs/configuration.md lists every key of Pulumi.yaml, as it is described there', () => {
    const page = read('docs/configuration.md');
    const list = page.slice(page.indexOf('\n- `cortex:runtime` ('), page.indexOf('\nA key of another'));
    const found = list.split(/\n(?=- )/).map((item) => item.replace(/\s+/g, ' ').trim());
    const keys = Object.entries(config).map(([key, declared]) => listed(key, declared));
    expect(found.filter(Boolean)).toEqual(keys);
  });
});
