import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Driver } from '../../rehearsal/load/driver.ts';
import { expectClean, minutes, well } from './rehearse.ts';
import { entry, over, started, startTeam, type Team, visitors } from './team.ts';

let owner: Team['owner'];
let vm: Team['vm'];
let team: Team['team'];

beforeAll(async () => {
  ({ owner, vm, team } = await startTeam());
}, 20 * minutes);
afterAll(async () => {
  await owner?.close();
}, minutes);

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
    const before = [await started(vm), await trace()];
    const found = await audited();
    expect(found.services).toMatchObject(
      ['cortex-admin', 'cortex-dashboard', 'cortex-engine', 'cortex-tunnel'].map((service) => ({
        service,
        running: [{ under: 'compose', by: 'its Compose label', name: `cortex-${service}-1` }],
      })),
    );
    expect(sorted(found)).toEqual(strangers);
    expect(found.unseen).toEqual([]);
    expect([await started(vm), await trace()]).toEqual(before);
    expect(JSON.stringify(found)).not.toContain(owner.token);
  },
  minutes,
);

test(
  'adoption stops nothing, and the first rollout loses nothing',
  async () => {
    const before = await started(vm);
    expect(await entry(vm)).toBe(1);
    // connected before: their connections go past the proxy until they leave
    const early = await visitors(vm);
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
      expect(await started(vm)).toEqual(before);
      // again: what is done stays done
      well(await team.cortex(['adopt', 'cortex', '--stack', 'team']));
      expect(await started(vm)).toEqual(before);
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
      visiting.set('the first rollout', await visitors(vm));
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
