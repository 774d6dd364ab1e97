import { spawn } from 'node:child_process';
import { describe, expect, test } from '@jest/globals';
import type { Stack } from '../../cli/stack.ts';
import type { Attached } from '../../provider/ssh/shell.ts';
import { host, spec } from '../provider/fixture.ts';
import { cortex, fakeStack } from './context.ts';

const state: Stack['state'] = {
  services: { web: { runtime: 'podman', instance: 'web-1234567', host, spec: spec() } },
  hosts: [host],
};

/** What a script that is talked to does: a command of this machine in its place. */
function attached(command: string): Attached {
  const process = spawn('sh', ['-c', command], { stdio: ['pipe', 'pipe', 'inherit'] });
  const ended = new Promise<number>((resolve) => process.once('close', (code) => resolve(code ?? -1)));
  return { process, ended };
}

async function talk(argv: string[], ...commands: string[]) {
  const { stack, fake } = fakeStack(() => '', { state });
  fake.begin = () => attached(commands.shift() ?? 'exit 99');
  const ran = await cortex(argv, { openStack: async () => stack });
  return { ...ran, scripts: fake.attached };
}

describe('exec', () => {
  test('ends with the code of its command, whose words arrive as they are', async () => {
    const { code, scripts } = await talk(['exec', 'web', '--', 'echo', "it's", '$HOME', '-s'], 'exit 42');
    expect(code).toBe(42);
    expect(scripts[0]).toContain(`engine exec --interactive "$instance" echo 'it'\\''s' '$HOME' -s`);
    expect(scripts[0]).toContain('serving test web');
  });

  test('of a service that is not there is told before the host is asked', async () => {
    const { code, err, scripts } = await talk(['exec', 'wbe', '--', 'ls']);
    expect({ code, scripts }).toEqual({ code: 125, scripts: [] });
    expect(err).toContain("no service 'wbe'; it has web");
  });
});

describe('logs', () => {
  test('as JSON, a line each', async () => {
    const { code, out, scripts } = await talk(['logs', 'web', '--json', '-n', '3'], 'echo one; printf two');
    expect(code).toBe(0);
    expect(
      out
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line)),
    ).toEqual([
      { service: 'web', stream: 'stdout', line: 'one' },
      { service: 'web', stream: 'stdout', line: 'two' },
    ]);
    expect(scripts[0]).toMatch(/show_logs test web cortex 3 ''$/);
  });

  test.each([
    ['-n', 'few'],
    ['-n', '-1'],
  ])('%s %s is a wrong command line', async (...option) => {
    expect(await talk(['logs', 'web', ...option])).toMatchObject({ code: 2, scripts: [] });
  });
});

describe('run', () => {
  const ready = (runtime: string) =>
    `printf 'work /var/tmp/w\\naddress test web 198.19.0.1\\naddress other web 198.19.0.9\\nruntime ${runtime}\\ninstance web-7654321\\nready\\n'; cat >/dev/null`;

  test('a service: as the instance that serves, whatever the state says', async () => {
    const { code, scripts } = await talk(['run', 'web', '--', 'report'], ready('docker'), 'exit 3');
    expect(code).toBe(3);
    expect(scripts[0]).toContain('watch_over run-test-');
    expect(scripts[1]).toMatch(/exec docker run --rm .*--add-host=web:198\.19\.0\.1 example\/web:1 report$/);
  });

  test('an image, in the engine that was asked for', async () => {
    const argv = ['run', '--runtime', 'podman', '-e', 'A=b c', 'python:3.11', '--', 'python', '-V'];
    const { code, scripts } = await talk(argv, ready('podman'), 'exit 0');
    expect(code).toBe(0);
    expect(scripts[1]).toMatch(/ podman run .*'--env=A=b c' docker\.io\/library\/python:3\.11 python -V$/);
  });

  test.each<[string, string[], number, string]>([
    ['a service without a command', ['run', 'web'], 2, 'say what to run in its place'],
    [
      'another runtime for a service',
      ['run', '--runtime', 'docker', 'web', '--', 'x'],
      2,
      'runs under podman',
    ],
    ['a volume that is none', ['run', '-v', 'data:/data', 'a:1'], 2, 'it has none. A folder of yours'],
    ['a variable without a value', ['run', '-e', 'A', 'a:1'], 2, 'Expected NAME=VALUE'],
    ['a runtime that is none', ['run', '--runtime', 'dokcer', 'a:1'], 2, 'docker, podman'],
  ])('%s is refused, and nothing is begun', async (_, argv, code, said) => {
    const ran = await talk(argv);
    expect({ code: ran.code, scripts: ran.scripts }).toEqual({ code, scripts: [] });
    expect(ran.err).toContain(said);
  });

  test('a folder that is not there is refused, and what was begun is cleared up', async () => {
    const ran = await talk(['run', '-v', './no-such-folder:/x', 'a:1'], ready('docker'));
    expect(ran.code).toBe(2);
    expect(ran.err).toContain('there is no such folder on this machine');
    expect(ran.scripts).toHaveLength(1);
  });

  test('a host that cannot begin is an error of its own', async () => {
    expect((await talk(['run', 'a:1'], 'exit 125')).code).toBe(125);
  });
});
