import type { Fault } from './fault.ts';
import { step } from './steps.ts';

/** What happens to the host, and to what runs on it. */

/** Until requests of admin wait. */
const untilHeld =
  'for i in $(seq 600); do [ ! -e /var/lib/containerhost/dev/cortex-admin/parked ] || break; sleep 0.1; done';

const rebooted: Fault = {
  name: 'the VM loses its power',
  strike: async ({ begin, struck, rehearsal: { vm } }) => {
    const up = begin();
    await up.reaches(step.starts);
    struck();
    await vm.kill();
    await vm.boot();
    await up.ended;
  },
  // nothing answers while it is down: it boots, and the services start
  outage: 60,
  alone: 90,
};

const dockerd: Fault = {
  name: 'dockerd is killed',
  strike: async ({ begin, struck, rehearsal: { vm } }) => {
    const up = begin();
    await up.reaches(step.starts);
    struck();
    await vm.exec('kill -9 "$(cat /run/docker.pid)"');
    await up.ended;
  },
  // what runs under Docker is started again with it
  outage: 15,
  alone: 60,
};

const proxyKilled: Fault = {
  name: 'the proxy is killed while requests are held',
  strike: async ({ begin, struck, rehearsal: { vm } }) => {
    const up = begin();
    await up.reaches(step.startsAdmin);
    await vm.exec(untilHeld);
    struck();
    await vm.exec('systemctl kill --signal=KILL containerhost-proxy.service');
    await up.ended;
  },
  // those that it held, and those of the second until it is back
  outage: 5,
};

const proxyReloaded: Fault = {
  name: 'the proxy is reloaded while requests are held',
  strike: async ({ begin, rehearsal: { vm } }) => {
    const up = begin();
    await up.reaches(step.startsAdmin);
    // the unit may refuse
    await vm.exec(`${untilHeld}; systemctl reload containerhost-proxy.service || true`);
    await up.ended;
  },
  outage: 0,
};

export const host: Fault[] = [rebooted, dockerd, proxyKilled, proxyReloaded];
