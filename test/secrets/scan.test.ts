import { spawn } from 'node:child_process';
import { describe, expect, test } from '@jest/globals';
import { watchProcesses } from './processes.ts';
import { leaks } from './scan.ts';

const secret = '100:a-planted "token" of/some+length';

describe('the scan for secrets', () => {
  test('names the places that hold one, in whatever form', () => {
    const places = [
      { name: 'as it is', text: `x ${secret} y` },
      { name: 'in a URL', text: `?a=${encodeURIComponent(secret)}` },
      { name: 'in JSON', text: JSON.stringify({ a: [secret] }) },
      ...['', 'x', 'xy'].map((before) => ({
        name: `in base64 after "${before}"`,
        text: Buffer.from(`${before}${secret}!`).toString('base64'),
      })),
      { name: 'nowhere', text: 'nothing here' },
    ];
    const held = places.map(({ name }) => name).filter((name) => name !== 'nowhere');
    expect(leaks(places, [secret])).toEqual(held);
    expect(leaks(places, ['another-secret', secret])).toEqual(held);
    expect(leaks(places, ['another-secret'])).toEqual([]);
  });

  test('refuses one that is too short to be found', () => {
    expect(() => leaks([], ['1234'])).toThrow('cannot be looked for');
  });

  test('sees the argv and the environment of a process that comes and goes', async () => {
    const watch = await watchProcesses();
    const shell = (name: string, argv: string[], env: Record<string, string>) =>
      new Promise((resolve) =>
        spawn('sh', ['-c', 'sleep 0.2; :', ...argv], {
          argv0: name,
          env: { PATH: '/usr/bin:/bin', ...env },
        }).on('exit', resolve),
      );
    await Promise.all([
      shell('by-argv', [secret], {}),
      shell('by-environment', [], { PLANTED: secret }),
      // what Pulumi gives its own program
      shell('by-pulumi', [], { PULUMI_CONFIG: secret }),
    ]);
    const places = await watch.stop();
    // a shell's child has its parent's argv and environment until it runs another program, so each may be there twice
    const found = new Set(leaks(places, [secret]).map((name) => name.replace(/ of \d+/, '')));
    expect([...found].filter((name) => name.includes('by-')).sort()).toEqual([
      'argv by-argv',
      'environment by-environment',
    ]);
    expect(places.map(({ name }) => name).join()).toContain('by-pulumi');
  });
});
