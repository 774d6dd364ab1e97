import { describe, expect, test } from '@jest/globals';
import { HostError } from '../../provider/ssh/problem.ts';
import type { RunOptions, Shell } from '../../provider/ssh/shell.ts';
import type { Declared } from '../../system/declared.ts';
import { type Answer, answer, socket } from '../audit/answer.ts';
import { spec } from '../provider/fixture.ts';
import { cortex, fakeStack } from './context.ts';

const ssh = { kind: 'ssh', address: '203.0.113.7', port: 22, user: 'deploy', hostKey: 'ssh-ed25519 AAAA' };

async function run(given: Answer | HostError, argv: string[] = []) {
  const services = [
    spec({ ports: [{ port: 80, protocol: 'http', published: [{ address: '127.0.0.1', port: 8080 }] }] }),
  ];
  const declared = () => ({ config: { host: ssh } as unknown as Declared['config'], services, runtimes: {} });
  const { stack } = fakeStack(() => '', { declared, state: { services: {}, hosts: [] } });
  const asked: { script: string; options: RunOptions | undefined }[] = [];
  const shell: Shell = {
    run: async (script, options) => {
      asked.push({ script, options });
      if (given instanceof HostError) throw given;
      return { stdout: answer(given) };
    },
    attach: () => Promise.reject(new Error('nothing is talked to')),
  };
  const ran = await cortex(['audit', ...argv], { openStack: async () => stack, connect: () => shell });
  return { ...ran, asked };
}

const web = { name: 'web', pid: 10, image: 'example/web:1' };
const busy = { 10: [socket(80, '010012AC', '01')] };
const python = {
  listeners: ['LISTEN 0 5 127.0.0.1:8080 0.0.0.0:* users:(("python3",pid=7,fd=3))'],
  processes: ['  7  1 root  60 0::/x   /usr/bin/python3 -m http.server 8080'],
};

describe('cortex audit', () => {
  test('a host where nothing was deployed: one look, by the login itself', async () => {
    const { code, out, asked } = await run({ docker: [web], sockets: busy });
    expect(out).toBe(`machine, as the stack test declares it
SERVICE  RUNS UNDER  STATE       UP  CONNECTIONS
web      docker      running  1m 0s            1
  web, by its name
  example/web:1

Nothing else runs that somebody put there.

Nothing was changed on machine: it was looked at, once, over SSH.
`);
    expect(code).toBe(0);
    expect(asked).toHaveLength(1);
    expect(asked[0]?.options).toMatchObject({ asRoot: false });
  });

  test('a stranger, and what is declared and does not run', async () => {
    const { code, out } = await run(python);
    expect(out).toContain('web      -           not running');
    expect(out).toContain('Strangers: they run here, and the project does not declare them');
    expect(out).toContain('holds 127.0.0.1:8080, which web publishes');
    expect(out).toContain('No stranger is ever stopped or removed by this project.');
    expect(code).toBe(7);
    for (const line of out.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
  });

  test('for programs', async () => {
    const { code, out } = await run(python, ['--json']);
    expect(JSON.parse(out)).toMatchObject({
      stack: 'test',
      services: [{ service: 'web', running: [] }],
      strangers: [{ kind: 'process', name: 'python3 (pid 7)', published: ['127.0.0.1:8080'] }],
      unseen: [],
    });
    expect(code).toBe(7);
  });

  test('what could not be seen is no clean bill', async () => {
    const { code, out } = await run({ uid: 1000, docker: [web], sockets: busy });
    expect(out).toContain('Not seen\n  this login may not become root');
    expect(code).toBe(1);
  });

  test('a host that does not answer', async () => {
    const { code, err } = await run(new HostError('unreachable', 'host cannot be reached'));
    expect(err).toContain('host cannot be reached');
    expect(code).toBe(1);
  });
});
