import type { Vm } from './vm/vm.ts';

/** Something that a person did on a host by hand. */
export interface Tampering {
  tamper: 'stopped' | 'removed' | 'started by hand';
  service: string;
}

/** Runs a script as the containers' rootless account. */
export function asAccount(script: string): string {
  const quoted = `'${script.replaceAll("'", `'\\''`)}'`;
  return `cd / && runuser -u cortex -- env XDG_RUNTIME_DIR=/run/user/1000 DBUS_SESSION_BUS_ADDRESS=unix:path=/run/user/1000/bus sh -c ${quoted}`;
}

/** The names of a service's containers in Docker. */
function named(service: string): string {
  return `$(docker ps --quiet --filter label=containerhost.service=${service})`;
}

/** Stops a container of a service in Docker, as somebody would who looks for something else. */
export async function stopContainer(vm: Vm, service: string): Promise<Tampering> {
  await vm.exec(`docker stop ${named(service)}`);
  return { tamper: 'stopped', service };
}

export async function removeContainer(vm: Vm, service: string): Promise<Tampering> {
  await vm.exec(`docker rm --force ${named(service)}`);
  return { tamper: 'removed', service };
}

/** Starts a container under a service's own name, of whatever image the service has. */
export async function startByHand(vm: Vm, service: string): Promise<Tampering> {
  await vm.exec(
    `docker run --detach --name ${service} "$(docker inspect --format '{{.Config.Image}}' ${named(service)})"`,
  );
  return { tamper: 'started by hand', service };
}
