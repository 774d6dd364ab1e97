import { render } from '../../runtimes/render.ts';
import type { Account, RenderContext, Verb } from '../../runtimes/runtime.ts';
import type { RuntimeName, ServiceSpec } from '../../spec/service.ts';
import { minimal } from '../runtimes/services.ts';
import { type Exec, engineCommand, place, removeNetworks } from './onHost.ts';

export interface Exercise {
  /** an image with `/usr/bin/python3` in it, on the host under both runtimes */
  image: string;
  account: Account;
  /** a loopback port of the host that nothing else uses */
  port: number;
}

/** Runs until it is told to stop, and says so. */
const obedient = python(`
import signal, sys, time
signal.signal(signal.SIGTERM, lambda *_: (print('stopped', flush=True), sys.exit(0)))
print('started', flush=True)
while True: time.sleep(1)
`);
const deaf = python('import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(1000)');

/**
 * Takes instances through everything the verbs promise, and returns what was not as promised. Leaves nothing behind.
 * Reboots are the caller's: see `parkedAndRunning`.
 */
export async function exerciseVerbs(exec: Exec, runtime: RuntimeName, exercise: Exercise): Promise<string[]> {
  const failures: string[] = [];
  const instance = (name: string, part: Partial<ServiceSpec>) =>
    placed(exec, runtime, exercise, name, { command: obedient, restart: 'always', ...part });
  const expect = async (what: string, { run }: Placed, verb: Verb, code: number, output: RegExp = /(?:)/) => {
    const result = await run(verb);
    const said = `${result.stdout}${result.stderr}`.trim();
    const right = code === 0 ? result.code === 0 : result.code !== 0;
    if (!right || !output.test(said))
      failures.push(`${what}: ${verb} exited with ${result.code} and said "${said}"`);
  };
  const soon = async (what: string, { run }: Placed, verb: Verb) => {
    for (const end = Date.now() + 15_000; Date.now() < end; ) if ((await run(verb)).code === 0) return;
    failures.push(`${what}: ${verb} did not succeed within 15 s`);
  };
  const steps = async (what: string, one: Placed, body: () => Promise<void>) => {
    try {
      await body();
    } finally {
      await expect(what, one, 'remove', 0);
      await expect(`${what}, removed`, one, 'remove', 0);
      await expect(`${what}, removed`, one, 'running', 1);
      await exec(`rm -rf ${one.directory}`);
    }
  };

  const life = await instance('life', {});
  await steps('a life', life, async () => {
    await expect('before it started', life, 'running', 1);
    await expect('before it started', life, 'healthy', 1);
    await expect('before it started', life, 'stop', 0);
    for (const verb of ['prepare', 'start', 'start'] as const) await expect('a life', life, verb, 0);
    await soon('a life', life, 'healthy');
    await expect('a life', life, 'running', 0);
    for (const verb of ['stop', 'stop'] as const) await expect('a life', life, verb, 0);
    await expect('stopped', life, 'running', 1);
    await expect('stopped', life, 'healthy', 1);
    await expect('stopped', life, 'logs', 0, /started\s+stopped/);
    for (const verb of ['restore', 'restore'] as const) await expect('stopped', life, verb, 0);
    await soon('restored', life, 'healthy');
  });

  const checked = await instance('checked', {
    health: {
      command: python('print("probed")'),
      intervalMs: 60_000,
      timeoutMs: 5_000,
      retries: 1,
      startPeriodMs: 0,
    },
  });
  await steps('a health check', checked, async () => {
    await expect('a health check', checked, 'start', 0);
    await expect('a health check', checked, 'healthy', 0, /^probed$/);
  });

  const slow = await instance('slow', {
    health: {
      command: python('import time; time.sleep(60)'),
      intervalMs: 60_000,
      timeoutMs: 500,
      retries: 1,
      startPeriodMs: 0,
    },
  });
  await steps('a health check that hangs', slow, async () => {
    await expect('a health check that hangs', slow, 'start', 0);
    await expect('a health check that hangs', slow, 'healthy', 1, /did not end within 0.5 s/);
  });

  const crashing = await instance('crashing', {
    command: python('import sys; print("last words"); sys.exit(3)'),
  });
  await steps('one that crashes', crashing, async () => {
    await expect('one that crashes', crashing, 'start', 0);
    await expect('one that crashes', crashing, 'healthy', 1);
    await expect('one that crashes', crashing, 'logs', 0, /last words/);
    await expect('one that crashes', crashing, 'stop', 0);
  });

  const stubborn = await instance('stubborn', { command: deaf, stopGraceMs: 1_000 });
  await steps('one deaf to SIGTERM', stubborn, async () => {
    await expect('one deaf to SIGTERM', stubborn, 'start', 0);
    await expect('one deaf to SIGTERM', stubborn, 'stop', 0);
    await expect('one deaf to SIGTERM', stubborn, 'running', 1);
  });

  const job = await instance('job', { command: python('print("done")'), restart: 'no' });
  await steps('a job', job, async () => {
    await expect('a job', job, 'start', 0);
    await soon('a job that is done', job, 'healthy');
    await expect('a job that is done', job, 'running', 1);
    await expect('a job that is done', job, 'logs', 0, /done/);
  });

  const port = await instance('port', { ports: [{ port: 80, protocol: 'http', published: [] }] });
  await steps('a port that is taken', port, async () => {
    const listen = `import socket, time; s = socket.create_server(('127.0.0.1', ${exercise.port})); time.sleep(60)`;
    const { stdout } = await exec(`python3 -c "${listen}" >/dev/null 2>&1 & echo $!; sleep 0.5`);
    await expect('a port that is taken', port, 'start', 1, /address already in use/);
    await exec(`kill ${stdout.trim()}`);
  });

  const stranger = await instance('stranger', {});
  const engine = engineCommand(runtime, exercise.account);
  await exec(
    `${engine} run --detach --name ${stranger.name} ${exercise.image} /usr/bin/python3 -c 'import time; time.sleep(600)'`,
  );
  await steps("a stranger's name", stranger, async () => {
    await expect("a stranger's name", stranger, 'start', 1, /in use/);
    await expect("a stranger's name", stranger, 'stop', 0);
  });
  const { stdout: still } = await exec(
    `${engine} container inspect --format '{{.State.Status}}' ${stranger.name}`,
  );
  if (still.trim() !== 'running') failures.push(`a stranger was touched: it is "${still.trim()}"`);
  await exec(`${engine} rm --force ${stranger.name}`);

  const missing = await instance('missing', { image: 'localhost:1/no/such:1' });
  await steps('a missing image', missing, async () => {
    await expect(
      'a missing image',
      missing,
      'prepare',
      1,
      /could not be pulled: .*cannot be reached from the host/,
    );
  });

  const tampered = await instance('tampered', {});
  await steps('a unit that was tampered with', tampered, async () => {
    await exec(
      `cd ${tampered.directory} && sed -i 's/^RestartSec=.*/RestartSec=x/; s/^    image:/    imagee:/' *.container compose.yaml`,
    );
    await expect('a unit that was tampered with', tampered, 'prepare', 1, /RestartSec=x|imagee/);
  });

  await removeNetworks(exec, runtime, exercise.account, 'verbs');
  const { stdout: left } = await exec(`${engine} ps --all --quiet --filter label=containerhost.stack=verbs`);
  if (left.trim() !== '') failures.push(`left behind: ${left.trim()}`);
  return failures;
}

/** Two instances for a reboot: the first is to come back, the parked one is not. Both are the caller's to remove. */
export async function parkedAndRunning(
  exec: Exec,
  runtime: RuntimeName,
  exercise: Exercise,
): Promise<[Placed, Placed]> {
  const part = { command: obedient, restart: 'always' } as const;
  const running = await placed(exec, runtime, exercise, 'running', part);
  const parked = await placed(exec, runtime, exercise, 'parked', part);
  for (const { run } of [running, parked]) await run('start');
  await parked.run('stop');
  return [running, parked];
}

/** An instance whose files are on the host. */
export interface Placed {
  name: string;
  directory: string;
  run(verb: Verb): ReturnType<Exec>;
}

async function placed(
  exec: Exec,
  runtime: RuntimeName,
  { image, account, port }: Exercise,
  service: string,
  part: Partial<ServiceSpec>,
): Promise<Placed> {
  const name = `${service}-${runtime}-0b0b0b0`;
  const directory = `/var/tmp/verbs/${name}`;
  const spec: ServiceSpec = { ...minimal, name: service, image, networks: ['net'], ...part };
  const context: RenderContext = {
    stack: 'verbs',
    instance: name,
    directory,
    account,
    addresses: {},
    ports: Object.fromEntries(spec.ports.map((p) => [p.port, port])),
    volumes: {},
    projects: {},
    digest: 'none',
  };
  const { code, stderr } = await exec(`rm -rf ${directory}\n${place(render(runtime, spec, context))}`);
  if (code !== 0) throw new Error(`${runtime}: ${directory} could not be written: ${stderr}`);
  return { name, directory, run: (verb) => exec(`${directory}/${verb}`) };
}

function python(script: string): string[] {
  return ['/usr/bin/python3', '-c', script];
}
