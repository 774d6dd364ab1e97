import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { parseMachine } from '../../cli/launchd/machine.ts';
import { label, plist } from '../../cli/launchd/plist.ts';
import { cortex } from './context.ts';

const golden = join(import.meta.dirname, 'golden');
/** As Podman 5 on macOS prints it: there is no Mac here to ask. */
const inspected = readFileSync(join(golden, 'podman-machine-inspect.json'), 'utf8');

/** A Mac's home, and stand-ins for its tools, which note what they are told. */
let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'mac-'));
  writeFileSync(join(home, 'inspected'), inspected);
  command('podman', 'cat "$(dirname "$0")/inspected"');
  command('launchctl', '[ "$1" != bootout ] || { echo "Boot-out failed: 3: No such process" >&2; exit 3; }');
});
afterEach(() => rmSync(home, { recursive: true }));

function command(name: string, script: string): void {
  const note = `echo "${name} $*" >>"$(dirname "$0")/asked"`;
  writeFileSync(join(home, name), `#!/bin/sh\n${note}\n${script}\n`, { mode: 0o755 });
}

const asked = () => (existsSync(join(home, 'asked')) ? readFileSync(join(home, 'asked'), 'utf8') : '').trim();
const file = () => join(home, 'Library/LaunchAgents/cortex.podman-machine.97layerOS.plist');
const launchd = (action: string, ...options: string[]) =>
  cortex(['launchd', action, '-m', '97layerOS', ...options], {
    environment: { HOME: home, PATH: `${home}:${process.env.PATH}` },
  });

test('the job is what it was, with its purpose in it', () => {
  const text = plist({
    machine: '97layerOS',
    podman: '/opt/homebrew/bin/podman',
    purpose: 'Telegram bot --- and MCP CLI',
  });
  const path = join(golden, 'launchd.plist');
  if (process.env.UPDATE_GOLDEN) writeFileSync(path, text);
  expect(text).toBe(readFileSync(path, 'utf8'));
  // no two dashes may stand in a comment of XML
  expect(text.slice(text.indexOf('<!--') + 4, text.indexOf('-->'))).not.toContain('--');
});

test('print shows it and asks nobody', async () => {
  const { code, out } = await launchd('print', '--purpose', 'a & b');
  expect(code).toBe(0);
  expect(out).toContain('Purpose: a & b');
  expect(out).toContain(`<string>${home}/podman</string>`);
  expect(asked()).toBe('');
});

test('install checks the machine, and loads the job anew', async () => {
  const { code } = await launchd('install');
  expect(code).toBe(0);
  expect(readFileSync(file(), 'utf8')).toContain('<string>97layerOS</string>');
  const uid = process.getuid?.();
  expect(asked().split('\n')).toEqual([
    'podman machine inspect 97layerOS',
    `launchctl bootout gui/${uid}/${label('97layerOS')}`,
    `launchctl bootstrap gui/${uid} ${file()}`,
  ]);
});

test('a machine that is not there is told, and nothing is written', async () => {
  command('podman', 'echo "Error: 97layerOS: VM does not exist" >&2; exit 125');
  const { code, err } = await launchd('install');
  expect(code).toBe(1);
  expect(err).toContain('97layerOS: VM does not exist');
  expect(existsSync(file())).toBe(false);
});

test('remove takes the job away, and may be repeated', async () => {
  await launchd('install');
  expect((await launchd('remove')).err).toContain('was removed');
  expect(existsSync(file())).toBe(false);
  expect(await launchd('remove')).toMatchObject({ code: 0, err: expect.stringContaining('was not there') });
});

describe('a wrong command line', () => {
  test.each([
    [['launchd', 'instal'], 'print, install, remove'],
    [['launchd', 'print', '-m', 'a/b'], "a machine's name"],
  ])('%j', async (argv, said) => {
    const { code, err } = await cortex(argv);
    expect({ code, err }).toEqual({ code: 2, err: expect.stringContaining(said) });
  });
});

describe('what podman says of a machine', () => {
  test('as it was recorded', () => {
    expect(parseMachine('97layerOS', inspected)).toEqual({ name: '97layerOS', state: 'running' });
  });
  test.each(['', '[]', '{}', '[{"Name":"other","State":"running"}]'])('%j is no such machine', (printed) => {
    expect(() => parseMachine('97layerOS', printed)).toThrow('expected one machine of that name');
  });
});
