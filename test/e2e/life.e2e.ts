import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import type { Socket } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { StackStatus } from '../../cli/status/status.ts';
import { compareData } from '../../receipt/dataIdentity.ts';
import type { Receipt } from '../../receipt/receipt.ts';
import { ask, type Question } from '../../rehearsal/ask.ts';
import { flipUnderLoad } from '../../rehearsal/flip.ts';
import { startKeyService } from '../../rehearsal/keyService.ts';
import { cloudLeftovers, hostLeftovers } from '../../rehearsal/leftovers.ts';
import { startLoad } from '../../rehearsal/load/load.ts';
import type { Report } from '../../rehearsal/load/report.ts';
import type { Rehearsal } from '../../rehearsal/rehearsal.ts';
import { asAccount } from '../../rehearsal/tamper.ts';
import { targets } from '../../rehearsal/targets.ts';
import type { RuntimeName } from '../../spec/service.ts';
import { tamper } from '../drift/run.ts';
import { slice } from '../drift/table.ts';
import { rehearsalExceptions } from '../policy/exceptions.ts';
import { placesOnHost, placesOutside, plantOnHost } from '../secrets/places.ts';
import { watchProcesses } from '../secrets/processes.ts';
import { leaks } from '../secrets/scan.ts';
import { expectConfined } from './confinement.ts';
import { data, withoutLedger, write } from './data.ts';
import { eventually, expectClean, minutes, rehearse, well, who } from './rehearse.ts';

/** What is behind a hostname; the engine and the connector are reached by the others. */
const hostnames = ['cortex-admin', 'cortex-dashboard', 'cortex-editor'];

let rehearsal: Rehearsal;
beforeAll(async () => {
  rehearsal = await rehearse();
}, 20 * minutes);
afterAll(async () => {
  await rehearsal?.close();
}, minutes);

/** The files that both writers had are theirs still, and they can write more. */
async function keepsData(before: Record<string, unknown>, name: string): Promise<Record<string, unknown>> {
  const now = await data(rehearsal);
  expect(withoutLedger(now)).toEqual(withoutLedger(before));
  await write(rehearsal, name);
  expect(JSON.stringify(await data(rehearsal))).toContain(name);
  return data(rehearsal);
}

async function servedBy(runtime: string): Promise<void> {
  for (const service of hostnames) expect(await who(rehearsal, service)).toMatchObject({ service, runtime });
  const { body } = await ask(rehearsal.edge.publicPort, 'cortex-admin.localhost', '/engine');
  expect(JSON.parse(body)).toMatchObject({ service: 'cortex-engine', runtime });
}

/** `cortex`, as an operator uses it: what runs, and a way in that is the same under every runtime. */
async function knowsWhatRuns(runtime: string): Promise<void> {
  const cortex = async (...args: string[]) => {
    const [command = '', ...rest] = args;
    return rehearsal.cortex([command, '--stack', rehearsal.stack, ...rest]);
  };
  rehearsal.trips();
  const status = await cortex('status', '--json');
  expect(rehearsal.trips()).toEqual(['read_stack']);
  const { services } = JSON.parse(status.stdout) as StackStatus;
  expect(services.map(({ remarks }) => remarks)).toEqual(services.map(() => []));
  expect(status.code).toBe(0);
  expect(services).toHaveLength(5);
  for (const { live, declared, applied } of services) {
    expect([declared?.runtime, applied?.runtime, live?.runtime]).toEqual([runtime, runtime, runtime]);
    expect(live?.memoryBytes).toBeGreaterThan(1_000_000);
    expect(live?.uptimeSeconds).toBeGreaterThan(0);
  }
  const logs = await cortex('logs', 'cortex-engine', '-n', 'all');
  expect(logs.code).toBe(0);
  expect(logs.stdout).toContain(`listens on 0.0.0.0:8000 under ${runtime}`);
  const exec = await cortex('exec', 'cortex-engine', '--', 'sh', '-c', 'echo "I am $(id -u)"; exit 42');
  expect({ code: exec.code, stdout: exec.stdout }).toEqual({ code: 42, stdout: 'I am 1000\n' });
  const like = ['sh', '-c', 'wc -c </run/secrets/telegram-bot-token; echo >/app/state/x || exit 3'];
  const run = await cortex('run', 'cortex-engine', '--', ...like);
  expect({ code: run.code, size: Number(run.stdout) }).toEqual({ code: 3, size: rehearsal.token.length });

  rehearsal.project.write('task/task.py', 'print(1 + 1, file=open("result", "w"))\n');
  const task = ['97layer/cortex-admin:1.4.2', '--', 'python', 'task.py'];
  expect(await cortex('run', '-v', './task:/task', '-w', '/task', ...task)).toMatchObject({ code: 0 });
  expect(rehearsal.project.read('task/result')).toBe('2\n');
  rehearsal.project.write('task/result', '');
}

/** What the driver counted and what the host's proxy counted is the same flip. */
async function expectReceipts(report: Report, receipt: Receipt): Promise<void> {
  const writers = ['cortex-admin', 'cortex-editor', 'cortex-engine'];
  const { code, stdout } = await rehearsal.cortex(['receipt', '--json', '--stack', rehearsal.stack]);
  expect(code).toBe(0);
  const ofProxy = JSON.parse(stdout) as Receipt;
  expect(ofProxy.config.flatMap(({ lines }) => lines)).toEqual([
    '-  cortex:runtime: docker',
    '+  cortex:runtime: podman',
  ]);
  for (const { services, steps, lost } of [receipt, ofProxy]) {
    expect(lost).toBe(0);
    const replaced = Object.entries(services).filter(([, { rollout }]) => rollout === 'recreate');
    expect(replaced.map(([service]) => service)).toEqual(writers);
    for (const [, { longestHeldMs }] of replaced) expect(longestHeldMs).toBeGreaterThan(0);
    expect(new Set(steps.map(({ kind }) => kind))).toEqual(new Set(['park', 'create', 'switch', 'remove']));
  }
  for (const [service, { sent }] of Object.entries(report.services)) {
    // the services ask each other as well
    expect(ofProxy.services[service]?.sent).toBeGreaterThanOrEqual(sent);
    const { instances } = ofProxy.timeline.services.find((each) => each.service === service) ?? {};
    // an instance that was repaired just before is in the log as well
    expect([...new Set(instances?.map(({ runtime }) => runtime))]).toEqual(['docker', 'podman']);
  }
  expect(receipt.data.map((volume) => [volume.volume, compareData(volume)])).toEqual([
    ['cortex-admin /app/data', 'same'],
    ['cortex-editor /app/knowledge', 'same'],
    ['cortex-engine /app/state', 'same'],
  ]);
}

async function reboot(): Promise<void> {
  await rehearsal.vm.kill();
  await rehearsal.vm.boot();
}

let before: Record<string, unknown>;

describe('on Docker', () => {
  test(
    'the first preview and the first up, of a stack that does not exist yet',
    async () => {
      rehearsal.flag('docker');
      expect(well(await rehearsal.preview()).output).toMatch(/\d+ to create/);
      well(await rehearsal.up());
      await servedBy('docker');
      await write(rehearsal, 'first');
      before = await data(rehearsal);
    },
    10 * minutes,
  );

  test(
    'a preview of what nobody touched is clean, twice, and reads the host once each time',
    async () => {
      await expectClean(rehearsal);
      await expectClean(rehearsal);
    },
    5 * minutes,
  );

  test('a plugin that the engine takes for broken fails what runs it', async () => {
    const said = ['echo', 'error: Detected that pulumi-resource-planted exited prematurely.'];
    await expect(rehearsal.run(said, {})).rejects.toThrow('the engine takes a plugin for broken');
  });

  test('cortex knows what runs, and gets in', () => knowsWhatRuns('docker'), 3 * minutes);

  test(
    'a one-off is gone when the operator is',
    async () => {
      const { stack, vm } = rehearsal;
      let pid = 0;
      const run = rehearsal.cortex(['run', '-s', stack, 'cortex-admin', '--', 'sleep', '600'], {
        onStart: (started) => {
          pid = started;
        },
      });
      const count = () => vm.exec('docker ps --quiet --filter label=containerhost.run | wc -l');
      await eventually(60, async () => expect(await count()).toBe('1\n'));
      process.kill(-pid, 'SIGINT');
      expect((await run).code).toBe(130);
      await eventually(30, async () => expect(await count()).toBe('0\n'));
      await eventually(30, async () =>
        expect(await vm.exec('ls /var/tmp | grep -c cortex-run || true')).toBe('0\n'),
      );
    },
    3 * minutes,
  );

  test(
    'every service is confined, seen from its inside',
    () => expectConfined(rehearsal.vm, 'docker'),
    minutes,
  );

  test(
    'the policy pack passes it, and stops a plan that breaks a rule; every preview names what is less confined',
    async () => {
      rehearsal.project.write('rules.json', JSON.stringify(rehearsalExceptions));
      const pack = ['--policy-pack', 'policy', '--policy-pack-config', 'rules.json'];
      const kept = well(await rehearsal.preview(pack));
      expect(kept.output).toMatch(/Policy Packs run:[\s\S]*cortex\|local\|policy +1\.0\.0/);
      expect(kept.output).not.toMatch(/\[(mandatory|advisory)\]|less confined/);

      const services = ['services', 'cortex-dashboard', 'cap_add'];
      rehearsal.project.set('compose.yaml', services, ['SYS_ADMIN']);
      const broken = await rehearsal.preview(pack);
      rehearsal.project.set('compose.yaml', services, undefined);
      expect(broken.code).not.toBe(0);
      expect(broken.output).toMatch(
        /\[mandatory\] +no-privileged-container +\(containerhost:index:Instance: cortex-dashboard\)/,
      );
      expect(broken.output.match(/\[(mandatory|advisory)\]/g)).toHaveLength(1);
      expect(broken.output).toMatch(
        /less confined than by default[^\n]*\s+cortex-dashboard: cap_add: \[SYS_ADMIN\]/,
      );
    },
    2 * minutes,
  );
});

/** Everything of the slice at once: one preview names it, one `up` mends it or leaves it alone. */
async function namesAndMends(runtime: RuntimeName, meanwhile?: () => Promise<void>): Promise<void> {
  const { results, named } = await tamper(rehearsal, runtime, slice, meanwhile);
  const right = results.map(({ what }) => ({ what, detected: true, attributed: true, mended: true }));
  if (JSON.stringify(results) !== JSON.stringify(right)) process.stderr.write(named);
  expect(results).toEqual(right);
  await servedBy(runtime);
}

describe('changes by hand under Docker', () => {
  test(
    'are named, with whose they are, and mended or left alone; the check of every morning finds them as well',
    () =>
      namesAndMends('docker', async () => {
        const summary = join(rehearsal.directory, 'summary');
        const environment = { GITHUB_STEP_SUMMARY: summary };
        const drift = await rehearsal.run(['toolchain/ci/drift.sh', rehearsal.stack], { environment });
        expect(drift.code).toBe(7);
        expect(readFileSync(summary, 'utf8')).toMatch(
          /cloud and host: \*\*drift\*\*[\s\S]*program: no drift/,
        );
      }),
    5 * minutes,
  );
});

describe('the flag', () => {
  test(
    'its preview: one replacement a service, the slots, and no cloud resource',
    async () => {
      const { diff } = rehearsal.flag('podman');
      expect(diff.split('\n').filter((line) => /^[+-] /.test(line))).toEqual([
        '-  cortex:runtime: docker',
        '+  cortex:runtime: podman',
      ]);
      const { output } = well(await rehearsal.preview());
      expect(output.match(/\+-containerhost:index[:/]Instance: \(replace\)/g)).toHaveLength(5);
      expect(output.match(/runtime *: "docker" => "podman"/g)?.length).toBeGreaterThanOrEqual(5);
      expect(output.match(/~ ?containerhost:index[:/]Slot: \(update\)/g)).toHaveLength(5);
      expect(output).not.toMatch(/[~+-] ?(gcp|cloudflare|command):[^\n]*\((update|replace|create|delete)\)/);
      expect(output).toMatch(/~ 5 to update\s+\+-5 to replace/);
    },
    3 * minutes,
  );

  test(
    'what the host lacks stops it in its preview, and the files of the unit are checked there',
    async () => {
      const linger = '/var/lib/systemd/linger/cortex';
      await rehearsal.vm.exec(`mv ${linger} /root/linger`);
      try {
        const { code, output } = await rehearsal.preview();
        expect(output).toContain('nothing was begun:');
        expect(output).toContain('account cortex has no linger');
        expect(code).not.toBe(0);
      } finally {
        await rehearsal.vm.exec(`mv /root/linger ${linger}`);
      }
      expect(await rehearsal.vm.exec('ls /run | grep containerhost-check || true')).toBe('');
    },
    3 * minutes,
  );

  test(
    'docker to podman: no request lost, no data changed',
    async () => {
      const { flip, report, receipt } = await flipUnderLoad(rehearsal, 'docker', 'podman', async () =>
        well(await rehearsal.up()),
      );
      expect({ lost: flip.lost, failures: report.failures }).toEqual({ lost: 0, failures: {} });
      expect(Math.abs(report.sent / (report.rate * report.seconds) - 1)).toBeLessThan(0.01);
      expect(Object.keys(report.runtimes).sort()).toEqual(['docker', 'podman']);
      await expectReceipts(report, receipt);
      await servedBy('podman');
      before = await keepsData(before, 'second');
      await expectClean(rehearsal);
      await expectClean(rehearsal);
    },
    5 * minutes,
  );

  test('every service is confined there too', () => expectConfined(rehearsal.vm, 'podman'), minutes);

  test(
    'everything is back after a reboot, without Pulumi',
    async () => {
      await reboot();
      await eventually(60, () => servedBy('podman'));
      before = await keepsData(before, 'third');
      await expectClean(rehearsal);
    },
    5 * minutes,
  );
});

describe('on Podman', () => {
  test('cortex knows what runs, and gets in', () => knowsWhatRuns('podman'), 3 * minutes);
});

describe('changes by hand under Podman', () => {
  test(
    'are named, with whose they are, and mended or left alone',
    () => namesAndMends('podman'),
    5 * minutes,
  );
});

/** Those that the stack has, and those that it had. */
const secrets: string[] = [];

describe('secrets', () => {
  test(
    'a new bot token and a new tunnel token are an ordinary rollout: no request lost, no process shows them',
    async () => {
      const { before: retired, after: refreshed } = rehearsal.refreshTunnel();
      const next = rehearsal.token.replace('rehearsal', 'rotated');
      secrets.push(rehearsal.token, next, retired, refreshed);
      await rehearsal.setToken(next);
      const { output } = well(await rehearsal.preview());
      expect(output.match(/\+-containerhost:index[:/]Instance: \(replace\)/g)).toHaveLength(2);
      const watch = await watchProcesses();
      const { flip, report } = await flipUnderLoad(rehearsal, 'podman', 'podman', async () =>
        well(await rehearsal.up()),
      ).catch(async (error) => {
        await watch.stop();
        throw error;
      });
      const processes = await watch.stop();
      expect({ lost: flip.lost, failures: report.failures }).toEqual({ lost: 0, failures: {} });
      const delivered = await rehearsal.vm.exec(
        asAccount(
          'podman exec $(podman ps --quiet --filter label=containerhost.service=cortex-engine) cat /run/secrets/telegram-bot-token',
        ),
      );
      expect(delivered).toBe(next);
      // it saw what ran, on this machine and on the host
      const names = processes.map(({ name }) => name).join('\n');
      for (const program of ['pulumi', 'ssh', 'podman'])
        expect(names).toMatch(new RegExp(`/?${program}$`, 'm'));
      expect(leaks(processes, secrets)).toEqual([]);
    },
    5 * minutes,
  );

  test(
    'none is in state, output, processes, inspect, units, files or logs, also after a refresh',
    async () => {
      well(await rehearsal.pulumi(['refresh', '--yes', '--skip-preview', '--stack', rehearsal.stack]));
      const places = [...(await placesOutside(rehearsal)), ...(await placesOnHost(rehearsal.vm))];
      expect(leaks(places, secrets)).toEqual([]);
    },
    5 * minutes,
  );

  test(
    'one that is planted is seen in each of these places',
    async () => {
      // not as a whole in this file, which is in the rehearsal's copy of the project
      const planted = ['a-planted', '"secret"', 'of/its+own'].join(' ');
      const { names, clear } = await plantOnHost(rehearsal.vm, planted);
      expect(leaks(await placesOnHost(rehearsal.vm), [planted])).toEqual(names);
      await clear();
      const opened = await rehearsal.pulumi([
        'stack',
        'export',
        '--show-secrets',
        '--stack',
        rehearsal.stack,
      ]);
      rehearsal.transcript.pop();
      expect(leaks([{ name: 'state', text: opened.stdout }], secrets.slice(1, 2))).toEqual(['state']);
      const file = join(rehearsal.directory, 'state', 'planted');
      writeFileSync(file, JSON.stringify({ planted }));
      const run = rehearsal.transcript.push(`said ${planted}`);
      const found = leaks(await placesOutside(rehearsal), [planted]);
      expect(found).toEqual(['state/planted', `output of run ${run}`]);
      rehearsal.transcript.splice(run - 1, 1);
      rmSync(file);
    },
    5 * minutes,
  );
});

describe('the key of what is encrypted', () => {
  const provider = (url: string, environment = {}) =>
    rehearsal.pulumi(['stack', 'change-secrets-provider', url, '--stack', rehearsal.stack], { environment });

  test(
    'is a key service’s instead of a passphrase: no service is another, and nothing is in the clear',
    async () => {
      const keys = await startKeyService();
      const file = `Pulumi.${rehearsal.stack}.yaml`;
      try {
        well(await provider(keys.url, keys.environment));
        expect(rehearsal.project.read(file)).toMatch(/^secretsprovider: hashivault:.*\nencryptedkey: /m);
        const without = { PULUMI_CONFIG_PASSPHRASE: '' };
        const environment = { ...keys.environment, ...without };
        well(await rehearsal.preview(['--expect-no-changes'], { environment }));
        expect(leaks(await placesOutside(rehearsal), [rehearsal.token, ...secrets])).toEqual([]);
        // who has neither can see what runs, and decrypts nothing
        const status = ['status', '--json', '--stack', rehearsal.stack];
        expect(await rehearsal.cortex(status, { environment: without })).toMatchObject({ code: 0 });
        const refused = await rehearsal.preview([], { environment: without });
        expect(refused.code).not.toBe(0);
        well(await provider('passphrase', keys.environment));
      } finally {
        await keys.close();
      }
      await expectClean(rehearsal);
    },
    3 * minutes,
  );
});

describe('Secret Manager', () => {
  const gcloud = async (args: string[], input?: string) =>
    well(await rehearsal.run(['gcloud', 'secrets', ...args, '--project=cortex-rehearsal'], { input }));
  const configure = (key: string, value: unknown) =>
    rehearsal.project.configure(rehearsal.stack, [key], value);

  test(
    'takes over a secret, and nothing is replaced; another version is an ordinary rollout',
    async () => {
      const file = `Pulumi.${rehearsal.stack}.yaml`;
      const declared = rehearsal.project.read(file);
      const secret = `cortex-${rehearsal.stack}-TELEGRAM_BOT_TOKEN`;
      const current = secrets[1] ?? rehearsal.token;
      try {
        await gcloud(['create', secret, '--data-file=-'], current);
        configure('cortex:secrets', undefined);
        configure('cortex:secretsFrom', 'secretManager');
        configure('cortex:secretVersions', { TELEGRAM_BOT_TOKEN: 1 });
        await expectClean(rehearsal);
        await gcloud(['versions', 'add', secret, '--data-file=-'], `${current}-next`);
        configure('cortex:secretVersions', { TELEGRAM_BOT_TOKEN: 2 });
        const { output } = well(await rehearsal.preview());
        expect(output.match(/\+-containerhost:index[:/]Instance: \(replace\)/g)).toHaveLength(1);
        expect(output).not.toContain(current);
      } finally {
        await gcloud(['delete', secret]);
        rehearsal.project.write(file, declared);
      }
    },
    2 * minutes,
  );
});

describe('and back', () => {
  test(
    'podman to docker: no request lost, no data changed',
    async () => {
      rehearsal.flag('docker');
      const { flip, report } = await flipUnderLoad(rehearsal, 'podman', 'docker', async () =>
        well(await rehearsal.up()),
      );
      expect({ lost: flip.lost, failures: report.failures }).toEqual({ lost: 0, failures: {} });
      await servedBy('docker');
      before = await keepsData(before, 'fourth');
      await expectClean(rehearsal);
    },
    5 * minutes,
  );

  // here, because a preview shows what is planted: nobody looks for leaks in outputs any more
  test(
    'the policy pack stops a plan that leaks a secret',
    async () => {
      const note = ['services', 'cortex-editor', 'environment', 'NOTE'];
      const secret = secrets[1] ?? rehearsal.token;
      rehearsal.project.set('compose.yaml', note, Buffer.from(secret).toString('base64'));
      const pack = ['--policy-pack', 'policy', '--policy-pack-config', 'rules.json'];
      const { code, output } = await rehearsal.preview(pack);
      rehearsal.project.set('compose.yaml', note, undefined);
      expect(code).not.toBe(0);
      expect(output).toMatch(
        /\[mandatory\] +no-leaked-secret +\(containerhost:index:Instance: cortex-editor\)/,
      );
    },
    2 * minutes,
  );

  test(
    'everything is back after a reboot, without Pulumi',
    async () => {
      await reboot();
      await eventually(60, () => servedBy('docker'));
      await keepsData(before, 'fifth');
      await expectClean(rehearsal);
    },
    5 * minutes,
  );
});

/** What a program sends to get through Access. */
async function credentials(): Promise<Record<string, string>> {
  const output = ['stack', 'output', 'serviceTokens', '--show-secrets', '--json', '--stack', rehearsal.stack];
  const { ci } = JSON.parse(well(await rehearsal.pulumi(output)).stdout);
  return { 'cf-access-client-id': ci.clientId, 'cf-access-client-secret': ci.clientSecret };
}

/** What the host's SSH server says first, through the tunnel: `cloudflared access ssh` speaks a WebSocket. */
function sshBanner(headers: Record<string, string>): Promise<string> {
  const { publicPort: port } = rehearsal.edge;
  const upgrade = {
    connection: 'Upgrade',
    upgrade: 'websocket',
    'sec-websocket-version': '13',
    'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
  };
  return new Promise((resolve, reject) => {
    const asked = request({
      host: '127.0.0.1',
      port,
      headers: { ...headers, ...upgrade, host: 'ssh.localhost' },
    });
    asked.once('response', ({ statusCode }) => resolve(`${statusCode}`));
    asked.once('upgrade', (_answer, socket: Socket) => {
      socket.once('data', (frame: Buffer) => {
        resolve(frame.subarray(2).toString('latin1'));
        socket.destroy();
      });
    });
    asked.once('error', reject);
    asked.end();
  });
}

describe('the tunnel', () => {
  const editor = (question?: Question) =>
    ask(rehearsal.edge.publicPort, 'cortex-editor.localhost', '/', question);

  test(
    'another connector, Access and a way to SSH: an ordinary rollout, which loses no request',
    async () => {
      const set = (path: string[], value: unknown) =>
        rehearsal.project.configure(rehearsal.stack, ['cortex:tunnel', ...path], value);
      const access = { serviceTokens: ['ci'] };
      set(['replicas'], 2);
      set(['serviceTokens'], { ci: { duration: '24h' } });
      set(['hostnames', 'cortex-editor'], { hostname: 'cortex-editor.localhost', access });
      set(['ssh'], { hostname: 'ssh.localhost', access });
      const load = startLoad({ targets: (await targets(rehearsal)).slice(0, 2), rate: 50 });
      try {
        well(await rehearsal.up());
      } finally {
        const { lost, failures } = await load.stop();
        expect({ lost, failures }).toEqual({ lost: 0, failures: {} });
      }
      const [tunnel] = JSON.parse(rehearsal.cloud('cloudflare')).filter((each: { type: string }) =>
        each.type.endsWith(':ZeroTrustTunnelCloudflared'),
      );
      expect(rehearsal.edge.tunnels.connectors(tunnel.id)).toBe(2);
      await expectClean(rehearsal);
    },
    5 * minutes,
  );

  test(
    'a protected name refuses who has no token, and its connector who did not come through Access',
    async () => {
      expect((await editor()).status).toBe(401);
      expect((await editor({ headers: { 'cf-access-jwt-assertion': 'a.b.c' } })).status).toBe(401);
      const headers = await credentials();
      expect((await editor({ headers: { ...headers, 'cf-access-client-secret': 'x' } })).status).toBe(401);
      expect(await editor({ headers })).toMatchObject({ status: 200 });
      expect(await sshBanner({})).toBe('401');
      expect(await sshBanner(headers)).toMatch(/^SSH-2\.0-/);
      // somebody takes the application away in the dashboard
      rehearsal.edge.protect([]);
      expect((await editor({ headers })).status).toBe(403);
      expect((await editor({ headers: { 'cf-access-jwt-assertion': 'a.b.c' } })).status).toBe(502);
      expect(await sshBanner(headers)).toBe('403');
      expect((await ask(rehearsal.edge.publicPort, 'cortex-admin.localhost', '/')).status).toBe(200);
    },
    minutes,
  );

  test(
    'a preview names a connector that serves other rules than it was given',
    async () => {
      // what is asked for, rather than the answer: the connector itself cannot be made to lie
      await rehearsal.vm.exec(
        'cd /var/lib/containerhost/dev/cortex-tunnel-2/instances/*/ && ' +
          'jq \'.select = "[.config.ingress[] | {hostname}]"\' probe >probe.new && mv probe.new probe',
      );
      const { code, output } = await rehearsal.preview(['--expect-no-changes']);
      expect(code).toBe(7);
      expect(output).toMatch(/Instance::cortex-tunnel-2\]\s+~ probe *: \{\s+~ expected: /);
      expect(output).toMatch(/\+-1 to replace/);
    },
    minutes,
  );

  test(
    'destroy leaves the data disk as long as it is protected, then nothing; an orphan would be seen',
    async () => {
      expect(await hostLeftovers(rehearsal.vm, rehearsal.stack)).not.toEqual([]);
      expect(cloudLeftovers(rehearsal)).not.toEqual([]);
      // as production has it
      const disk = /urn:pulumi:dev::cortex::[^\s"]*gcp:compute\/disk:Disk::cortex-data/.exec(
        await rehearsal.state(),
      )?.[0];
      const state = (verb: string) =>
        rehearsal.pulumi(['state', verb, `${disk}`, '--yes', '--stack', rehearsal.stack]);
      well(await state('protect'));
      // its own preview refuses; without that, it would come to the disk last
      const bare = await rehearsal.pulumi(['destroy', '--yes', '--stack', rehearsal.stack]);
      expect(bare.code).not.toBe(0);
      expect(bare.output).toMatch(/protected/);
      expect(await who(rehearsal, 'cortex-admin')).toMatchObject({ service: 'cortex-admin' });
      well(await rehearsal.destroy(['--exclude-protected']));
      expect(cloudLeftovers(rehearsal)).toEqual([
        expect.stringMatching(/^gcp:compute\/disk:Disk /),
        expect.stringMatching(/^disk /),
        expect.stringMatching(/^disk /),
      ]);
      well(await state('unprotect'));
      well(await rehearsal.destroy());
      expect(cloudLeftovers(rehearsal)).toEqual([]);
    },
    5 * minutes,
  );
});
