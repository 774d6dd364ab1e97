import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { buildTemplate } from '../../rehearsal/images/template.ts';
import { type Driver, startDriver } from '../../rehearsal/load/driver.ts';
import { report } from '../../rehearsal/load/report.ts';
import type { Rehearsal } from '../../rehearsal/rehearsal.ts';
import { asAccount } from '../../rehearsal/tamper.ts';
import { startVm, type Vm } from '../../rehearsal/vm/vm.ts';
import { toStderr } from '../../toolchain/progress.ts';
import { writeFile } from './onHost.ts';
import { existingMachine, expectClean, minutes, rehearse, well } from './rehearse.ts';

/**
 * A machine that this project never touched, as a team has one: its services under plain `docker compose`, from the
 * file as it was handed over, and what else has gathered there over the years.
 */
let owner: Rehearsal;
let vm: Vm;
let team: Rehearsal;

const file = 'test/compose/team-docker-compose.yml';
/** of a tunnel that leads nowhere */
const tunnelToken = Buffer.from('{"a":"a","t":"t","s":"c2VjcmV0","e":"127.0.0.1:9"}').toString('base64');
/** brought by hand, as all images here */
const connector = 'docker.io/cloudflare/cloudflared:';
const dotEnv = (token: string) =>
  `SESSION_DAYS=14\nTELEGRAM_BOT_TOKEN=${token}\nTUNNEL_TOKEN=${tunnelToken}\nLOG_LEVEL=info\n`;

beforeAll(async () => {
  owner = await rehearse();
  vm = await startVm({
    id: 'team',
    directory: join(owner.directory, 'vms', 'team'),
    rootfs: await buildTemplate({ onProgress: toStderr }),
    user: 'somebody',
    publicKey: owner.publicKey,
    dataDisks: [],
  });
  owner.project.write('docker-compose.yml', owner.project.read(file));
  rmSync(join(owner.project.directory, 'compose.yaml'));
  owner.project.write('.env', dotEnv(owner.token));
  team = await owner.another('team', {
    'cortex:runtime': 'docker',
    ...existingMachine(owner, vm),
  });
  await vm.exec(prepared());
}, 20 * minutes);
afterAll(async () => {
  await owner?.close();
}, minutes);

/** What somebody did on the machine, step by step, long before. */
function prepared(): string {
  return [
    'exec 2>&1',
    writeFile('/home/somebody/cortex/docker-compose.yml', owner.project.read(file)),
    writeFile('/home/somebody/cortex/.env', dotEnv(owner.token)),
    'cd /home/somebody/cortex && chmod 600 .env && mkdir knowledge && echo mine >knowledge/note.md && chown -R 1000 knowledge',
    'docker tag cloudflare/cloudflared:2026.10.0 cloudflare/cloudflared:latest',
    'docker compose --progress quiet create',
    // the image has no such folder, and the engine is not root
    'chown 1000:1000 /var/lib/docker/volumes/cortex_engine-state/_data',
    'docker compose --progress quiet up --detach --wait',
    writeFile(
      '/etc/systemd/system/cortex-old.service',
      '[Service]\nExecStart=/usr/bin/python3 -m http.server --bind 127.0.0.1 8800\nWorkingDirectory=/tmp\n[Install]\nWantedBy=multi-user.target\n',
    ),
    'systemctl daemon-reload && systemctl enable --quiet --now cortex-old.service',
    // rootless, of an account that lingers
    'loginctl enable-linger cortex && systemctl start user@1000.service',
    asAccount('podman run --detach --name old-editor docker.io/97layer/cortex-editor:1.3.0'),
    asAccount(`podman tag ${connector}2026.10.0 ${connector}latest`),
    'docker save 97layer/cortex-dashboard:1.4.2 | podman load --quiet',
    'podman run --detach --name old-dashboard --publish 127.0.0.1:5902:5002 97layer/cortex-dashboard:1.4.2',
    `systemd-run --quiet --scope --unit=somebody sh -c 'nohup python3 -m http.server --bind ${vm.address} 5001 >/dev/null 2>&1 </dev/null &'`,
  ].join('\n');
}

interface Found {
  services: { service: string; running: { under: string; by: string; name: string; state: string }[] }[];
  strangers: { name: string; under: string; remarks: string[] }[];
  unseen: string[];
}

async function audited(): Promise<Found> {
  const { code, stdout, output } = await team.cortex(['audit', '--json', '--stack', 'team']);
  if (code !== 7) throw new Error(`cortex audit ended with ${code}:\n${output}`);
  return JSON.parse(stdout) as Found;
}

/** Container -> when it was started. */
async function started(): Promise<Record<string, string>> {
  const lines = await vm.exec(
    `docker ps --quiet | xargs docker inspect --format '{{.Name}} {{.State.StartedAt}}'; systemctl show --property MainPID cortex-old.service`,
  );
  return Object.fromEntries(
    lines
      .trim()
      .split('\n')
      .map((line) => line.split(/[ =]/, 2)),
  );
}

const strangers = [
  ['cortex-old.service', 'systemd'],
  ['old-dashboard', 'podman'],
  ['old-editor', 'podman of cortex'],
  [expect.stringMatching(/^python3 \(pid \d+\)$/), 'process'],
];
const sorted = (found: Found) => found.strangers.map(({ name, under }) => [name, under]).sort();

test(
  'an audit of what was never touched: each a declared service or a stranger, and nothing is left there',
  async () => {
    const trace = () =>
      vm.exec(
        'find /etc /usr/local /srv /var/lib/containerhost /home -newer /etc/systemd/system/cortex-old.service -type f 2>/dev/null | grep -v -e knowledge -e .local/share/containers | sort; dpkg -l | wc -l',
      );
    const before = [await started(), await trace()];
    const found = await audited();
    expect(found.services).toMatchObject(
      ['cortex-admin', 'cortex-dashboard', 'cortex-engine', 'cortex-tunnel'].map((service) => ({
        service,
        running: [{ under: 'compose', by: 'its Compose label', name: `cortex-${service}-1` }],
      })),
    );
    expect(sorted(found)).toEqual(strangers);
    expect(found.unseen).toEqual([]);
    expect([await started(), await trace()]).toEqual(before);
    expect(JSON.stringify(found)).not.toContain(owner.token);
  },
  minutes,
);

test(
  'adoption stops nothing, and the first rollout loses nothing',
  async () => {
    const before = await started();
    const entries = Number(
      await vm.exec(
        'curl --silent --fail --request POST --data x "http://$(docker inspect --format "{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}" cortex-cortex-engine-1):8000/ledger?id=before" | jq .times',
      ),
    );
    expect(entries).toBe(1);
    // connected before: their connections go past the proxy until they leave
    const early = await visitors();
    const visiting = new Map<string, Driver>([['adoption', early]]);
    const leave = async (what: string) => {
      const load = visiting.get(what);
      visiting.delete(what);
      if (load) await over(what, load);
    };
    const calls = await callers();
    try {
      const dry = well(await team.cortex(['adopt', 'cortex', '--dry-run', '--stack', 'team']));
      expect(dry.stdout).toContain('Nothing was done.');
      expect(await vm.exec('ls /srv/containerhost /var/lib/containerhost 2>/dev/null || true')).toBe('');

      const { stdout } = well(await team.cortex(['adopt', 'cortex', '--json', '--stack', 'team']));
      expect(JSON.parse(stdout)).toMatchObject({
        adopted: ['cortex-admin', 'cortex-dashboard', 'cortex-engine', 'cortex-tunnel'].map((service) => ({
          service,
          container: `cortex-${service}-1`,
        })),
        left: [],
      });
      expect(await started()).toEqual(before);
      // again: what is done stays done
      well(await team.cortex(['adopt', 'cortex', '--stack', 'team']));
      expect(await started()).toEqual(before);
      expect((await proxied()).toSorted()).toEqual([
        'team.cortex-admin.5001',
        'team.cortex-dashboard.5002',
        'team.cortex-engine.8000',
      ]);

      // admin, which was told the engine's name when it was started, calls it by the proxy from here on
      expect(JSON.parse(await vm.exec('curl --silent --fail http://127.0.0.1:5001/engine'))).toMatchObject({
        service: 'cortex-engine',
      });
      const proxy = `echo 'show stat' | socat - UNIX-CONNECT:/run/containerhost/admin.sock`;
      const seen = await vm.exec(
        `${proxy} | awk -F, '$1 == "team.cortex-engine.8000" && $2 == "FRONTEND" { print $8 }'`,
      );
      expect(Number(seen)).toBeGreaterThan(0);
      visiting.set('the first rollout', await visitors());
      await leave('adoption');
      const { output } = well(await team.up());
      expect(output).toContain('docker-compose.yml:3: warning: version');
      expect(output).not.toContain(owner.token);
      await leave('the first rollout');
      expect((await calls()).trim()).toMatch(/^\d+ 200$/);
    } finally {
      await Promise.allSettled([...visiting.values()].map((load) => load.stop()));
    }
    const found = await audited();
    expect(found.services).toMatchObject(
      ['cortex-admin', 'cortex-dashboard', 'cortex-engine', 'cortex-tunnel'].map((service) => ({
        service,
        running: [{ under: 'docker', by: 'its label' }],
      })),
    );
    expect(sorted(found)).toEqual(strangers);
    // the same folders, found under their old names too, and nothing of the adoption is left
    const engine = JSON.parse(await vm.exec('curl --silent --fail http://127.0.0.1:5001/whoami')) as {
      environment: string[];
    };
    expect(engine.environment).toContain('TELEGRAM_BOT_TOKEN');
    expect(await vm.exec('cat /home/somebody/cortex/knowledge/note.md')).toBe('mine\n');
    expect(await vm.exec('ls /etc/systemd/system | grep -c adopted || true')).toBe('0\n');
    await expectClean(team);
    expect(await team.state()).not.toContain(owner.token);
  },
  5 * minutes,
);

/** Asks anew each time, four times a second, until it is stopped: what each asker was told. */
async function callers(): Promise<() => Promise<string>> {
  await vm.exec(
    `rm -f /tmp/calls /tmp/calls.end; nohup sh -c 'while [ ! -e /tmp/calls.end ]; do curl --silent --max-time 60 --output /dev/null --write-out "%{http_code}\\n" http://127.0.0.1:5001/ >>/tmp/calls; sleep 0.25; done; touch /tmp/calls.done' >/dev/null 2>&1 </dev/null &`,
  );
  return () =>
    vm.exec(
      'touch /tmp/calls.end; while [ ! -e /tmp/calls.done ]; do sleep 0.1; done; sort /tmp/calls | uniq -c',
    );
}

async function proxied(): Promise<string[]> {
  const states = await vm.exec(
    "echo 'show servers state' | socat - UNIX-CONNECT:/run/containerhost/admin.sock",
  );
  return states.split('\n').flatMap((line) => line.split(' ')[1]?.match(/^team\..*/) ?? []);
}

/** Visitors of both published services, on connections that they keep. */
function visitors(): Promise<Driver> {
  const target = (service: string, port: number) => ({ service, address: '127.0.0.1', port });
  const targets = [target('cortex-admin', 5001), target('cortex-dashboard', 5002)];
  return startDriver({ targets, rate: 60, longEvery: 50 }, vm.pid);
}

async function over(what: string, load: Driver): Promise<void> {
  const { sent, lost, failures, p50, p99, max } = report(await load.stop());
  toStderr(`${what}: ${sent} requests, ${lost} lost, p50 ${p50} ms, p99 ${p99} ms, max ${max} ms`);
  expect({ lost, failures }).toEqual({ lost: 0, failures: {} });
  expect(sent).toBeGreaterThan(200);
}
