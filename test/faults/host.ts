import type { Fault } from './fault.ts';
import { step } from './steps.ts';

/** What happens to the host, and to what runs on it. */

const rebooted: Fault = {
  name: 'the VM loses its power',
  strike: async ({ begin, rehearsal: { vm } }) => {
    const up = begin();
    await up.reaches(step.starts);
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
  strike: async ({ begin, rehearsal: { vm } }) => {
    const up = begin();
    await up.reaches(step.starts);
    await vm.exec('kill -9 "$(cat /run/docker.pid)"');
    await up.ended;
  },
  // what runs under Docker is started again with it
  outage: 15,
  alone: 60,
};

const proxyKilled: Fault = {
  name: 'the proxy is killed while requests are held',
  strike: async ({ begin, rehearsal: { vm } }) => {
    const up = begin();
    await up.reaches(step.startsAdmin);
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
    await vm.exec('systemctl reload containerhost-proxy.service');
    await up.ended;
  },
  outage: 0,
};

/** The data's disk, to the last block: space is taken, nothing is written. */
const fill = `cd /srv/containerhost
for size in 1G 100M 10M 1M 100K 4K; do
  while fallocate -l "$size" "filler.$size.$((n += 1))" 2>/dev/null; do :; done
  rm -f "filler.$size.$n"
done`;

const diskFull: Fault = {
  name: 'the disk of the data is full',
  strike: async ({ begin, rehearsal: { vm } }) => {
    await vm.exec(fill);
    const { code, output } = await begin().ended;
    if (code === 0) throw new Error(`the disk was full and up ended well:\n${output}`);
  },
  mend: async ({ rehearsal: { vm } }) => {
    await vm.exec('rm -f /srv/containerhost/filler.*');
  },
  outage: 0,
};

export const host: Fault[] = [rebooted, dockerd, proxyKilled, proxyReloaded, diskFull];
