import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Rehearsal } from '../../rehearsal/rehearsal.ts';
import { asAccount } from '../../rehearsal/tamper.ts';
import { runtimeNames } from '../../spec/service.ts';
import { eventually, expectClean, minutes, rehearse, well, who } from '../e2e/rehearse.ts';
import { setFlag } from '../faults/fault.ts';

/** How often a stack that nobody touches is looked at, under each runtime. */
const times = Number(process.env.CORTEX_CLEAN_PREVIEWS ?? 100);

/** What happens to a host by itself between two previews, and changes nothing. */
const between: Record<string, (rehearsal: Rehearsal) => Promise<unknown>> = {
  'a reboot': ({ vm }) => vm.reboot(),
  'a power cut': async ({ vm }) => {
    await vm.kill();
    await vm.boot();
  },
  'a restart of Docker': ({ vm }) => vm.exec('systemctl restart docker.service'),
  "a restart of the account's services": ({ vm }) =>
    vm.exec(asAccount("systemctl --user restart 'cortex-*.service'")),
  'a restart of the proxy': ({ vm }) => vm.exec('systemctl restart containerhost-proxy.service'),
  'another version of both engines': ({ vm }) =>
    vm.exec("sed -i '/^Package: \\(docker.io\\|podman\\)$/,/^$/ s/^Version: .*/&+1/' /var/lib/dpkg/status"),
};

let rehearsal: Rehearsal;
beforeAll(async () => {
  rehearsal = await rehearse();
}, 20 * minutes);
afterAll(async () => {
  await rehearsal?.close();
}, 5 * minutes);

describe.each(runtimeNames)('under %s', (runtime) => {
  test(
    `${times} previews of what nobody touched are clean`,
    async () => {
      setFlag(rehearsal, runtime);
      well(await rehearsal.up());
      const events = Object.entries(between);
      for (let nth = 0; nth < times; nth += 1) {
        const [what, happens] = events[nth % events.length] ?? ['nothing', async () => {}];
        await happens(rehearsal);
        // every one of them is back: what has just been restarted is no drift, and no measure either
        await eventually(120, async () => {
          for (const service of ['cortex-admin', 'cortex-dashboard', 'cortex-editor']) {
            expect(await who(rehearsal, service)).toMatchObject({ runtime });
          }
        });
        await eventually(60, () => expectSettled(rehearsal));
        await expectClean(rehearsal).catch((error: Error) => {
          throw new Error(`preview ${nth + 1}, after ${what}: ${error.message}`);
        });
        process.stderr.write(`${runtime}: preview ${nth + 1} of ${times} is clean, after ${what}\n`);
      }
    },
    (5 + times * 3) * minutes,
  );
});

/** Nothing of systemd's is still under way: a unit that is starting has no container for a moment. */
async function expectSettled({ vm }: Rehearsal): Promise<void> {
  const jobs = await vm.exec(
    `systemctl list-jobs --no-legend; ${asAccount("systemctl --user list-jobs --no-legend; systemctl --user list-units --no-legend --state=activating 'cortex-*'")}`,
  );
  expect(jobs.trim()).toBe('');
}
