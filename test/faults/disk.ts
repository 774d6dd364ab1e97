import { join } from 'node:path';
import { type Registry, startRegistry } from '../../rehearsal/registry.ts';
import type { RuntimeName } from '../../spec/service.ts';
import type { Fault } from './fault.ts';

/** The data's disk, to the last block: space is taken, nothing is written. */
const fill = `cd /srv/containerhost
for size in 1G 100M 10M 1M 100K 4K; do
  while fallocate -l "$size" "filler.$size.$((n += 1))" 2>/dev/null; do :; done
  rm -f "filler.$size.$n"
done`;

const copying: Fault = {
  name: 'the disk is full while data change their owner',
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

const version = '97layer/cortex-dashboard:1.4.2';
const local = '127.0.0.1:5000';
const layout = '/root/layout';
/** where the engines put what they pull */
const places = ['/var/lib/docker/tmp', '/var/tmp'];
let registry: Registry | undefined;

/** A version with a layer of 1 MiB that neither engine has. */
const publish = (image: string) => `set -e
container=$(docker create ${version})
head -c 1M /dev/urandom >/root/ballast
docker cp --quiet /root/ballast "$container:/ballast"
docker commit "$container" ${image}
docker rm "$container"
rm -rf ${layout}; mkdir ${layout}; docker save ${image} | tar -x -C ${layout}
docker image rm ${image}
mkdir -p /etc/containers/registries.conf.d
printf '[[registry]]\nlocation = "${local}"\ninsecure = true\n' >/etc/containers/registries.conf.d/rehearsal.conf`;

/** The new version is in a registry, and what the engines may write is smaller than its layers. */
const pulling: Fault = {
  name: 'the disk is full while an image is pulled',
  strike: async ({ begin, from, rehearsal: { vm, project } }) => {
    const image = largeVersion(from);
    await vm.exec(publish(image));
    registry = await startRegistry(join(vm.directory, 'root', layout));
    // Docker needs no TLS for a registry on loopback
    await vm.exec(
      [
        'set -e',
        `systemd-run --quiet --collect --unit=registry socat TCP-LISTEN:5000,bind=127.0.0.1,fork,reuseaddr TCP:${vm.gateway}:${registry.port}`,
        ...places.map((place) => `mkdir -p ${place}; mount -t tmpfs -o size=64k,mode=1777 tmpfs ${place}`),
      ].join('\n'),
    );
    project.edit('compose.yaml', version, `${local}/${image}`);
    const { code, output } = await begin().ended;
    if (code === 0 || !output.includes('the disk is full'))
      throw new Error(`up ended with ${code} and did not say that the disk is full:\n${output}`);
  },
  mend: async ({ rehearsal: { vm } }) => {
    await vm.exec(places.map((place) => `umount ${place}`).join('\n'));
  },
  after: async ({ from, rehearsal: { vm, project } }) => {
    project.edit('compose.yaml', `${local}/${largeVersion(from)}`, version);
    await vm.exec('systemctl stop registry.service');
    await registry?.close();
  },
  outage: 0,
};

/** Of each direction another, since the engines keep what they pulled. */
const largeVersion = (from: RuntimeName) => `97layer/cortex-dashboard:large-from-${from}`;

export const disk: Fault[] = [copying, pulling];
