import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { commands } from '../../cli/commands.ts';
import { CliError } from '../../cli/exit.ts';
import { HostError } from '../../provider/ssh/problem.ts';
import { cortex } from './context.ts';

const project = join(import.meta.dirname, '../..');
const names = Object.keys(commands);

describe('help', () => {
  test('lists every command, with examples, in 80 columns', async () => {
    const { code, out } = await cortex(['--help']);
    expect(code).toBe(0);
    for (const name of names) expect(out).toMatch(new RegExp(`^  ${name} `, 'm'));
    expect(out).toContain('Examples:');
    expect(out.split('\n').filter((line) => line.length > 80)).toEqual([]);
  });

  test.each(names)('of %s has examples and options, in 80 columns', async (name) => {
    const { code, out } = await cortex([name, '--help']);
    expect(code).toBe(0);
    expect(out).toContain('Examples:');
    expect(out).toContain('Options:');
    expect(out.split('\n').filter((line) => line.length > 80)).toEqual([]);
  });
});

describe('a wrong command line ends with 2, and says what was meant', () => {
  test.each([
    [['statsu'], 'Did you mean status?'],
    [['status', '--josn'], 'Did you mean --json?'],
    [['status', '--stack'], 'argument missing'],
    [[], 'Usage: cortex'],
  ])('%j', async (argv, said) => {
    const { code, err } = await cortex(argv);
    expect({ code, err }).toEqual({ code: 2, err: expect.stringContaining(said) });
  });
});

describe('what goes wrong', () => {
  const failing = (error: Error) => cortex(['status'], { openStack: () => Promise.reject(error) });

  test('for a person to read has no stack trace', async () => {
    expect(await failing(new CliError('no such stack'))).toEqual({
      code: 1,
      out: '',
      err: 'cortex: no such stack\n',
    });
    expect((await failing(new HostError('unreachable', 'host a: down'))).err).toBe('cortex: host a: down\n');
  });

  test('in this program has one', async () => {
    expect((await failing(new TypeError('x is undefined'))).err).toMatch(/TypeError: x is undefined\n +at /);
  });
});

describe('the command itself', () => {
  const run = (...args: string[]) =>
    spawnSync(process.execPath, [join(project, 'cli', 'cortex.mjs'), ...args], {
      encoding: 'utf8',
    });

  test('answers', () => {
    const { status, stdout, stderr } = run('--help');
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toContain('Usage: cortex');
  });

  test('loads nothing of Pulumi, whose SDK alone takes longer than most commands', () => {
    const entries = readdirSync(join(project, 'cli', 'commands')).map((file) => `cli/commands/${file}`);
    const loaded = packages(['cli/main.ts', ...entries]);
    expect(loaded).toEqual(expect.arrayContaining(['commander', 'yaml']));
    expect(loaded.filter((name) => /^@(pulumi|grpc)\//.test(name))).toEqual([]);
    expect(packages(['config.ts'])).toContain('@pulumi/pulumi');
  });
});

/** The packages that files of the project load, through all that they import; types are not loaded. */
function packages(entries: string[]): string[] {
  const seen = new Set<string>();
  const found = new Set<string>();
  const visit = (file: string) => {
    if (seen.has(file)) return;
    seen.add(file);
    const text = readFileSync(join(project, file), 'utf8');
    for (const [, name = ''] of text.matchAll(/^(?:import(?! type)|export)[^;]*?from '([^']+)';/gm)) {
      if (name.startsWith('.')) visit(join(dirname(file), name));
      else found.add(name);
    }
  };
  entries.forEach(visit);
  return [...found];
}
