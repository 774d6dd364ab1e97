import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { type Props, Secret, Unknown } from '../../../provider/rpc/value.ts';
import { command } from '../../../rehearsal/clouds/command/command.ts';
import { Engine, operation, scratch } from './fakes.ts';

const type = 'command:local:Command';
const directory = scratch();
const engine = new Engine(command());

describe('create', () => {
  test('runs the command with its environment, input and directory', async () => {
    const { id, properties } = await engine.create(type, 'cmd', {
      create: 'cat; echo "$GREETING in $(pwd)"; echo oops >&2',
      environment: { GREETING: 'hello' },
      stdin: 'in\n',
      dir: directory,
    });
    expect(id).toMatch(/^cmd[0-9a-f]{8}$/);
    expect(properties).toMatchObject({ stdout: `in\nhello in ${directory}`, stderr: 'oops' });
  });

  test('where the operator would be, and with the operator’s environment', async () => {
    const environment = { ...process.env, ONE: '1', TWO: '2' };
    const elsewhere = new Engine(command({ directory: join(directory, '..'), environment }));
    const inputs = { create: 'echo "$ONE $TWO $(pwd)"', environment: { TWO: 'two' } };
    expect((await elsewhere.create(type, 'cmd', inputs)).properties.stdout).toBe(
      `1 two ${join(directory, '..')}`,
    );
    const relative = { ...inputs, dir: basename(directory) };
    expect((await elsewhere.create(type, 'cmd', relative)).properties.stdout).toBe(`1 two ${directory}`);
  });

  test('with another interpreter', async () => {
    const inputs = { create: 'a b', interpreter: ['/bin/sh', '-c', 'echo "<$0>"'] };
    expect((await engine.create(type, 'cmd', inputs)).properties.stdout).toBe('<a b>');
  });

  test('fails with all that was printed', async () => {
    await expect(engine.create(type, 'cmd', { create: 'echo out; echo err >&2; exit 3' })).rejects.toThrow(
      /^exit status 3: running "echo out; echo err >&2; exit 3":\n(out\nerr|err\nout)\n$/,
    );
    await expect(engine.create(type, 'cmd', { create: 'true', dir: '/does/not/exist' })).rejects.toThrow(
      'ENOENT',
    );
  });

  test('a secret in makes what comes out secret', async () => {
    const { properties } = await engine.create(type, 'cmd', { create: 'cat', stdin: new Secret('s3cret') });
    expect(properties).toMatchObject({
      stdin: new Secret('s3cret'),
      stdout: new Secret('s3cret'),
      stderr: new Secret(''),
    });
  });

  test('logs both streams, one, or none', async () => {
    const logged = async (logging?: string) => {
      const lines: string[] = [];
      const request = {
        ...operation(type, 'cmd'),
        log: (_severity: string, line: string) => void lines.push(line),
      };
      const inputs: Props = { create: 'echo out; echo err >&2', ...(logging && { logging }) };
      await command().create(type, { ...request, inputs });
      return lines.sort();
    };
    expect(await logged()).toEqual(['err', 'out']);
    expect(await logged('stderr')).toEqual(['err']);
    expect(await logged('none')).toEqual([]);
  });

  test('ends when the operator cancels', async () => {
    const controller = new AbortController();
    const request = { ...operation(type, 'cmd'), signal: controller.signal };
    const running = command().create(type, { ...request, inputs: { create: 'exec sleep 60' } });
    setTimeout(() => controller.abort(), 50);
    await expect(running).rejects.toThrow('aborted');
  });
});

describe('later', () => {
  const log = join(directory, 'log');
  const inputs: Props = {
    create: 'echo created',
    update: 'echo "updated after $PULUMI_COMMAND_STDOUT"',
    delete: `echo "deleted after $PULUMI_COMMAND_STDOUT" > ${log}`,
    environment: { A: '1' },
  };

  test('update runs update, delete runs delete, each after the output of the run before', async () => {
    const created = await engine.create(type, 'cmd', inputs);
    const news = { ...inputs, environment: { A: '2' } };
    expect(await engine.diff(created, news)).toMatchObject({ changes: true, replaces: [] });
    const updated = await engine.update(created, news);
    expect(updated.properties.stdout).toBe('updated after created');
    await engine.delete(updated);
    expect(readFileSync(log, 'utf8')).toBe('deleted after updated after created\n');
  });

  test('without an update command, create runs again', async () => {
    const created = await engine.create(type, 'cmd', {
      create: 'echo "$A$PULUMI_COMMAND_STDOUT"',
      environment: { A: '1' },
    });
    const news = { create: 'echo "$A$PULUMI_COMMAND_STDOUT"', environment: { A: '2' } };
    expect((await engine.update(created, news)).properties.stdout).toBe('21');
    const without = { ...news, addPreviousOutputInEnv: false };
    expect((await engine.update(created, without)).properties.stdout).toBe('2');
  });

  test('another trigger replaces', async () => {
    const created = await engine.create(type, 'cmd', { ...inputs, triggers: [1] });
    expect((await engine.diff(created, { ...inputs, triggers: [2] })).replaces).toEqual(['triggers[0]']);
    expect((await engine.diff(created, { ...inputs, triggers: [1] })).changes).toBe(false);
  });

  test('a preview knows the inputs, and no output', async () => {
    expect(await engine.preview(type, 'cmd', inputs)).toMatchObject({
      create: 'echo created',
      stdout: Unknown,
    });
  });
});

test('local.run runs each time', async () => {
  expect(await engine.invoke('command:local:run', { command: 'echo ran' })).toMatchObject({
    stdout: 'ran',
    stderr: '',
  });
  await expect(engine.invoke('command:local:run', {})).rejects.toThrow('command:local:run: command: missing');
});

test('what it does not do is refused', async () => {
  await expect(engine.check('command:remote:Command', 'x', {})).rejects.toThrow("'command:remote:Command'");
  expect(
    await engine.reasons(type, { create: 'x', assetPaths: ['*'], loging: 'none', logging: 'all' }),
  ).toEqual([
    "loging: no such property; did you mean 'logging'?",
    "logging: found 'all', expected one of stdout, stderr, stdoutAndStderr, none",
    'assetPaths: not collected by the simulated command provider',
  ]);
});
