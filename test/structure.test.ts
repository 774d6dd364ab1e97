import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname, join, normalize, resolve } from 'node:path';
import { expect, test } from '@jest/globals';

const root = resolve(import.meta.dirname, '..');

/** Folder, or file outside of all folders, -> what of ours it may import: the arrows of docs/architecture.md. */
const mayImport: Record<string, string[]> = {
  'spec/': [],
  'compose/': ['spec/'],
  'runtimes/': ['spec/'],
  'preflight/': ['spec/', 'runtimes/'],
  // what a stack needs of the clouds, and what it costs there
  'preflight/cloud/': ['preflight/', 'config/'],
  // what runs on a host, against what is declared
  'audit/': ['spec/', 'runtimes/'],
  'provider/rpc/': [],
  'provider/ssh/': [],
  'provider/': ['spec/', 'runtimes/', 'preflight/', 'provider/rpc/', 'provider/ssh/'],
  // types only: what the configuration and the provider both hold. The compose file's names, by what parses all of it
  'config/': ['spec/', 'provider/inputs.ts', 'compose/source.ts'],
  'config.ts': ['config/', 'spec/', 'provider/inputs.ts'],
  // what the project's files declare, and the page that says it
  'system/': ['config/', 'compose/', 'spec/', 'provider/directories.ts'],
  'components/': [
    'config.ts',
    'config/',
    'compose/',
    'spec/',
    'provider/resources.ts',
    'provider/hostSetup.ts',
    'provider/inputs.ts',
    'provider/ssh/args.ts',
    'provider/podmanMachine.ts',
    'system/',
    // what a way out costs
    'preflight/cloud/',
  ],
  'index.ts': ['config.ts', 'components/'],
  // reads what the program declares and what the provider finds; without Pulumi's SDK, so that it starts at once
  'cli/': [
    'config/',
    'system/',
    'compose/',
    'spec/',
    'runtimes/',
    'preflight/',
    'preflight/cloud/',
    'audit/',
    'provider/',
    'provider/ssh/',
    // a machine that is adopted is set up before the first deployment
    'components/host/setup.ts',
    'components/host/identity.ts',
    'receipt/',
  ],
  // what a plan must keep: rules on published types, and on what the program's own types say
  'policy/': ['spec/', 'config/'],
  'toolchain/': [],
  // what a deployment cost: figures and a page of requests, wherever they were counted
  'receipt/': [],
  // it drives the project from outside, over its commands: of the program it knows the protocol
  'rehearsal/': ['toolchain/', 'provider/rpc/', 'spec/', 'runtimes/', 'receipt/'],
  // measures rehearsals
  'bench/': ['rehearsal/', 'toolchain/', 'provider/hostSetup.ts', 'provider/rpc/'],
};

/** Also imports of types, imports for their effect, re-exports and `import()`. */
const specifier = /(?:\bfrom|\bimport)\s*\(?\s*['"](\.[^'"]*)['"]/g;

/** Each import that goes where no arrow leads, as `<file> imports <file>`. */
function violations(files: Record<string, string>): string[] {
  return Object.entries(files).flatMap(([file, text]) => {
    const layer = layerOf(file);
    if (layer === undefined)
      return [`${file} is in no layer: add it to this test and to docs/architecture.md`];
    const allowed = [layer, ...(mayImport[layer] ?? [])];
    return [...text.matchAll(specifier)]
      .map((match) => normalize(join(dirname(file), match[1] ?? '')))
      .filter((target) => !allowed.some((one) => target === one || layerOf(target) === one))
      .map((target) => `${file} imports ${target}`);
  });
}

/** The most particular one: `provider/rpc/` is none of `provider/`. */
function layerOf(file: string): string | undefined {
  return Object.keys(mayImport)
    .filter((layer) => (layer.endsWith('/') ? file.startsWith(layer) : file === layer))
    .sort((a, b) => b.length - a.length)[0];
}

function sources(): Record<string, string> {
  const files = execFileSync('git', ['ls-files', '-z', '--', '*.ts'], { cwd: root, encoding: 'utf8' });
  return Object.fromEntries(
    files
      .split('\0')
      .filter((file) => file !== '' && !file.startsWith('test/'))
      .map((file) => [file, readFileSync(join(root, file), 'utf8')]),
  );
}

test('imports go one way', () => {
  const files = sources();
  expect(Object.keys(files)).toEqual(
    expect.arrayContaining(['index.ts', 'spec/service.ts', 'rehearsal/main.ts']),
  );
  expect(violations(files)).toEqual([]);
});

test('a planted import against an arrow is found, in every form', () => {
  expect(
    violations({
      'spec/a.ts': "import { b } from '../compose/b.ts';",
      'compose/b.ts': "import type { C } from '../runtimes/c.ts';\nimport '../spec/a.ts';",
      'provider/rpc/d.ts': "export * from '../hosts.ts';\nimport { e } from './e.ts';",
      'components/f.ts':
        "const g = await import('../rehearsal/g.ts');\nimport {\n  h,\n} from '../provider/hosts.ts';",
      'index.ts': "import { yaml } from 'yaml';\nimport { i } from './provider/resources.ts';",
      'elsewhere/j.ts': '',
    }),
  ).toEqual([
    'spec/a.ts imports compose/b.ts',
    'compose/b.ts imports runtimes/c.ts',
    'provider/rpc/d.ts imports provider/hosts.ts',
    'components/f.ts imports rehearsal/g.ts',
    'components/f.ts imports provider/hosts.ts',
    'index.ts imports provider/resources.ts',
    'elsewhere/j.ts is in no layer: add it to this test and to docs/architecture.md',
  ]);
});
