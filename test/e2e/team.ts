import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from '@jest/globals';
import { buildTemplate } from '../../rehearsal/images/template.ts';
import { type Driver, startDriver } from '../../rehearsal/load/driver.ts';
import { report } from '../../rehearsal/load/report.ts';
import type { Rehearsal } from '../../rehearsal/rehearsal.ts';
import { asAccount } from '../../rehearsal/tamper.ts';
import { startVm, type Vm } from '../../rehearsal/vm/vm.ts';
import { toStderr } from '../../toolchain/progress.ts';
import { writeFile } from './onHost.ts';
import { existingMachine, rehearse } from './rehearse.ts';

/**
 * A machine that this project never touched, as a team has one: its services under plain `docker compose`, from the
 * file as it was handed over, and what else has gathered there over the years.
 */
export interface Team {
  /** what the machine belongs to, and is closed with */
  owner: Rehearsal;
  vm: Vm;
  /** the stack `team`, which nothing was deployed of */
  team: Rehearsal;
}

const file = 'test/compose/team-docker-compose.yml';
/** of a tunnel that leads nowhere */
const tunnelToken = Buffer.from('{"a":"a","t":"t","s":"c2VjcmV0","e":"127.0.0.1:9"}').toString('base64');
/** brought by hand, as all images here */
const connector = 'docker.io/cloudflare/cloudflared:';
const dotEnv = (token: string) =>
  `SESSION_DAYS=14\nTELEGRAM_BOT_TOKEN=${token}\nTUNNEL_TOKEN=${tunnelToken}\nLOG_LEVEL=info\n`;

export async function startTeam(): Promise<Team> {
  const owner = await rehearse();
  const vm = await startVm({
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
  const team = await owner.another('team', {
    'cortex:runtime': 'docker',
    ...existingMachine(owner, vm),
  });
  await vm.exec(prepared(owner, vm));
  return { owner, vm, team };
}

/** What somebody did on the machine, step by step, long before. */
function prepared(owner: Rehearsal, vm: Vm): string {
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

/** Container -> when it was started. */
export async function started(vm: Vm): Promise<Record<string, string>> {
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

/** Writes `before` into the ledger of the engine that Compose started. @returns how often it has been written */
export async function entry(vm: Vm): Promise<number> {
  return Number(
    await vm.exec(
      'curl --silent --fail --request POST --data x "http://$(docker inspect --format "{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}" cortex-cortex-engine-1):8000/ledger?id=before" | jq .times',
    ),
  );
}

/** Visitors of both published services, on connections that they keep. */
export function visitors(vm: Vm): Promise<Driver> {
  const target = (service: string, port: number) => ({ service, address: '127.0.0.1', port });
  const targets = [target('cortex-admin', 5001), target('cortex-dashboard', 5002)];
  return startDriver({ targets, rate: 60, longEvery: 50 }, vm.pid);
}

export async function over(what: string, load: Driver): Promise<void> {
  const { sent, lost, failures, p50, p99, max } = report(await load.stop());
  const ms = (value: number | null) => `${Math.round(value ?? 0)} ms`;
  toStderr(`${what}: ${sent} requests, ${lost} lost, p50 ${ms(p50)}, p99 ${ms(p99)}, max ${ms(max)}`);
  expect({ lost, failures }).toEqual({ lost: 0, failures: {} });
  expect(sent).toBeGreaterThan(200);
}
