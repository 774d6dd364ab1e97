import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { Driver } from '../../rehearsal/load/driver.ts';
import { eventually, expectClean, minutes, well } from '../e2e/rehearse.ts';
import { entry, over, started, startTeam, type Team, visitors } from '../e2e/team.ts';

/** What may come between an adoption and the end of the first rollout. Each on a machine of its own. */
let machine: Team;
let loads: Driver[];

beforeEach(async () => {
  loads = [];
  machine = await startTeam();
  expect(await entry(machine.vm)).toBe(1);
}, 20 * minutes);
afterEach(async () => {
  await Promise.allSettled(loads.map((load) => load.stop()));
  await machine?.owner.close();
}, minutes);

async function adopt({ team }: Team): Promise<void> {
  well(await team.cortex(['adopt', 'cortex', '--stack', 'team']));
}

async function visited(): Promise<Driver> {
  const load = await visitors(machine.vm);
  loads.push(load);
  return load;
}

/** The rollout that goes through: while visitors come, and nothing is lost. */
async function takesOver(what: string, runtime: string): Promise<void> {
  const load = await visited();
  well(await machine.team.up());
  await over(what, load);
  await expectTakenOver(machine, runtime);
}

/** As it is to be in the end: everything runs under the runtime, on the data of before, and nothing else is left. */
async function expectTakenOver({ vm, team, owner }: Team, runtime: string): Promise<void> {
  const admin = JSON.parse(await vm.exec('curl --silent --fail http://127.0.0.1:5001/'));
  expect(admin).toMatchObject({ service: 'cortex-admin', runtime });
  expect(JSON.parse(await vm.exec('curl --silent --fail http://127.0.0.1:5001/engine'))).toMatchObject({
    service: 'cortex-engine',
    runtime,
  });
  const ledger = `address=$(awk '$3 == "cortex-engine" { print $1 }' /var/lib/containerhost/addresses); curl --silent --fail --request POST --data x "http://$address:8000/ledger?id=before" | jq .times`;
  expect(await vm.exec(ledger)).toBe('2\n');
  expect(await vm.exec('cat /home/somebody/cortex/knowledge/note.md')).toBe('mine\n');
  expect(await vm.exec('docker ps --all --quiet --filter label=com.docker.compose.project=cortex')).toBe('');
  expect(await vm.exec('ls /etc/systemd/system | grep -c adopted || true')).toBe('0\n');
  await expectClean(team);
  expect(await team.state()).not.toContain(owner.token);
}

test(
  'the first rollout fails: what was adopted serves on, and the next one goes through',
  async () => {
    const { vm, team, owner } = machine;
    const test = ['services', 'cortex-engine', 'healthcheck', 'test'];
    const healthy = 'python -m cortex.health http://127.0.0.1:8000/healthz || exit 1';
    await adopt(machine);
    const before = await started(vm);
    const failing = await visited();
    owner.project.set('docker-compose.yml', test, ['CMD-SHELL', 'exit 1']);
    const { code, output } = await team.up();
    expect(code).not.toBe(0);
    expect(output).toContain('cortex-engine');
    // stopped for its successor, and started again: the engine. The others are as they were, or have gone over.
    const after = await started(vm);
    expect(after['/cortex-cortex-engine-1']).toMatch(/^20/);
    expect(after['/cortex-cortex-engine-1']).not.toBe(before['/cortex-cortex-engine-1']);
    await over('a first rollout that fails', failing);

    owner.project.set('docker-compose.yml', test, ['CMD-SHELL', healthy]);
    await takesOver('the one after it', 'docker');
  },
  10 * minutes,
);

test(
  'the machine reboots in between: Docker has its ports as before, and the first rollout goes through',
  async () => {
    const { vm } = machine;
    await adopt(machine);
    await vm.reboot();
    await eventually(120, () => vm.exec('curl --silent --fail --max-time 5 http://127.0.0.1:5001/engine'));
    await eventually(60, () => vm.exec('curl --silent --fail --max-time 5 http://127.0.0.1:5002/'));
    await takesOver('the first rollout after a reboot', 'docker');
  },
  10 * minutes,
);

test(
  'Podman is the first runtime: the first rollout is the flip',
  async () => {
    machine.team.flag('podman');
    await adopt(machine);
    await takesOver('the first rollout, to Podman', 'podman');
  },
  10 * minutes,
);
