import { everywhere, recreated, type Tampering } from './tampering.ts';

/** What is changed of a container that runs. */
export const updated: Tampering[] = [
  {
    what: 'its memory limit is raised',
    service: 'cortex-engine',
    names: 'spec.limits.memoryBytes',
    done: {
      docker: { script: 'docker update --memory 1g --memory-swap 2g $instance' },
      // by the unit: to update a container of an account takes control groups that a rehearsal has not
      podman: { container: ['PodmanArgs=--memory=1g'] },
    },
  },
  {
    what: 'it gets less of a processor',
    service: 'cortex-engine',
    names: 'spec.limits.cpus',
    done: {
      docker: { script: 'docker update --cpus 0.25 $instance' },
      podman: { container: ['PodmanArgs=--cpus=0.25'] },
    },
  },
  {
    what: 'its number of processes is limited',
    service: 'cortex-engine',
    names: 'spec.limits.pids',
    done: {
      docker: { script: 'docker update --pids-limit 77 $instance' },
      podman: { container: ['PidsLimit=77'] },
    },
  },
  {
    what: 'its weight among others is changed',
    service: 'cortex-engine',
    names: 'spec.limits.cpuShares',
    done: {
      docker: { script: 'docker update --cpu-shares 77 $instance' },
      podman: { container: ['PodmanArgs=--cpu-shares=77'] },
    },
  },
  {
    what: 'it is restarted no more',
    service: 'cortex-engine',
    names: 'spec.restart',
    done: { docker: { script: 'docker update --restart=no $instance' } },
  },
  {
    what: 'it is restarted no more, by its unit',
    service: 'cortex-engine',
    names: 'files[',
    done: { podman: { script: "sed -i 's/^Restart=.*/Restart=no/' $unit" } },
  },
  {
    what: 'it joins another network',
    service: 'cortex-dashboard',
    names: 'spec.networks',
    done: everywhere('engine network create other >/dev/null; engine network connect other $instance'),
    undo: 'engine network rm --force other',
  },
  {
    what: 'it gets another name in its network',
    service: 'cortex-editor',
    names: `spec.aliases.`,
    done: everywhere(
      'engine network disconnect $stack-cortex $instance; engine network connect --alias other $stack-cortex $instance',
    ),
  },
];

/** What a container is made anew with, under the same name and labels. */
export const remade: Tampering[] = [
  {
    what: 'another image',
    service: 'cortex-dashboard',
    names: 'spec.image',
    done: recreated(
      'image: 97layer/cortex-dashboard:1.4.3',
      'Image=docker.io/97layer/cortex-dashboard:1.4.3',
    ),
  },
  {
    what: 'another command',
    service: 'cortex-dashboard',
    names: 'spec.command',
    done: recreated('command: [sleep, "600"]', 'Exec=sleep 600'),
  },
  {
    what: 'another value of a variable',
    service: 'cortex-dashboard',
    names: 'spec.environment.LOG_LEVEL',
    done: recreated('environment: { LOG_LEVEL: trace }', 'Environment=LOG_LEVEL=trace'),
  },
  {
    what: 'another working directory',
    service: 'cortex-dashboard',
    names: 'spec.workingDir',
    done: recreated('working_dir: /tmp', 'WorkingDir=/tmp'),
  },
  {
    what: 'another host name',
    service: 'cortex-dashboard',
    names: 'spec.hostname',
    done: recreated('hostname: other', 'HostName=other'),
  },
  {
    what: 'an init',
    service: 'cortex-dashboard',
    names: 'spec.init',
    done: recreated('init: true', 'RunInit=true'),
  },
  {
    what: 'a file system that can be written',
    service: 'cortex-dashboard',
    names: 'spec.readOnly',
    done: recreated('read_only: false', 'ReadOnly=false'),
  },
  {
    what: 'another signal to stop',
    service: 'cortex-dashboard',
    names: 'spec.stopSignal',
    done: recreated('stop_signal: SIGINT', 'StopSignal=SIGINT'),
  },
  {
    what: 'another capability',
    service: 'cortex-dashboard',
    names: 'spec.capAdd',
    done: recreated('cap_add: [NET_ADMIN]', 'AddCapability=NET_ADMIN'),
  },
  {
    what: 'another health check',
    service: 'cortex-dashboard',
    names: 'spec.health.command',
    done: recreated('healthcheck: { test: [CMD, "true"] }', 'HealthCmd=["true"]'),
  },
  {
    what: 'every privilege',
    service: 'cortex-admin',
    names: 'spec.privileged',
    done: recreated('privileged: true', 'PodmanArgs=--privileged'),
  },
  {
    what: 'another entrypoint',
    service: 'cortex-admin',
    names: 'spec.entrypoint',
    done: recreated('entrypoint: [sh, -c, sleep 600]', 'Entrypoint=["sh","-c","sleep 600"]'),
  },
  {
    what: 'another user',
    service: 'cortex-admin',
    names: 'spec.user',
    done: recreated('user: "1000:1000"', 'User=1000'),
  },
  {
    what: 'a secret as a variable',
    service: 'cortex-admin',
    names: 'spec.environment.API_TOKEN',
    done: recreated('environment: { API_TOKEN: typed-by-hand }', 'Environment=API_TOKEN=typed-by-hand'),
    hides: 'typed-by-hand',
  },
  {
    what: 'another mount',
    service: 'cortex-admin',
    names: 'spec.mounts',
    done: recreated('volumes: ["/etc:/host-etc:ro"]', 'Volume=/etc:/host-etc:ro'),
  },
  {
    what: 'less time to stop',
    service: 'cortex-admin',
    names: 'spec.stopTimeout',
    done: recreated('stop_grace_period: 7s', 'StopTimeout=7'),
  },
  {
    what: 'another name server',
    service: 'cortex-admin',
    names: 'spec.dns',
    done: recreated('dns: [192.0.2.1]', 'DNS=192.0.2.1'),
  },
  {
    what: 'another line in its hosts file',
    service: 'cortex-admin',
    names: 'spec.extraHosts',
    done: recreated('extra_hosts: ["other=192.0.2.1"]', 'AddHost=other:192.0.2.1'),
  },
  {
    what: 'another label',
    service: 'cortex-admin',
    names: 'spec.labels.note',
    done: recreated('labels: { note: mine }', 'Label=note=mine'),
  },
  {
    what: 'more patience of its health check',
    service: 'cortex-admin',
    names: 'spec.health.retries',
    done: recreated('healthcheck: { retries: 9 }', 'HealthRetries=9'),
  },
  {
    what: 'a variable less',
    service: 'cortex-editor',
    names: 'spec.environment.LOG_LEVEL',
    done: { docker: { container: ['environment: !override { CORTEX_ROLE: editor }'] } },
  },
  {
    what: 'a device',
    service: 'cortex-editor',
    names: 'spec.devices',
    done: recreated('devices: ["/dev/null:/dev/other"]', 'AddDevice=/dev/null:/dev/other'),
  },
  {
    what: 'a file system in memory',
    service: 'cortex-editor',
    names: 'spec.tmpfs',
    done: recreated('tmpfs: [/scratch]', 'Tmpfs=/scratch'),
  },
  {
    what: 'another group',
    service: 'cortex-editor',
    names: 'spec.groupAdd',
    done: recreated('group_add: ["27"]', 'PodmanArgs=--group-add=27'),
  },
  {
    what: 'the shared memory of the host',
    service: 'cortex-editor',
    names: 'spec.ipcMode',
    done: recreated('ipc: host', 'PodmanArgs=--ipc=host'),
  },
  {
    what: 'no log',
    service: 'cortex-editor',
    names: 'spec.logging',
    done: recreated('logging: !override { driver: none }', 'LogDriver=none\nLogOpt='),
  },
  {
    what: 'another published port',
    service: 'cortex-editor',
    names: 'spec.portBindings',
    done: recreated('ports: ["127.0.0.1:29998:9"]', 'PublishPort=127.0.0.1:29998:9/tcp'),
  },
  {
    what: 'the capabilities that were taken from it',
    service: 'cortex-editor',
    names: 'spec.capDrop',
    done: recreated('cap_drop: !reset []', 'DropCapability='),
  },
  {
    what: 'no filter of system calls',
    service: 'cortex-editor',
    names: 'spec.securityOpt',
    done: recreated('security_opt: [seccomp:unconfined]', 'SeccompProfile=unconfined'),
  },
  {
    what: 'a health check that asks less often',
    service: 'cortex-engine',
    names: 'spec.health.intervalMs',
    done: recreated('healthcheck: { interval: 99s }', 'HealthInterval=99s'),
  },
  {
    // not of one that gets an init: Podman has either
    what: 'the processes of the host in its sight',
    service: 'cortex-engine',
    names: 'spec.pidMode',
    done: recreated('pid: host', 'PodmanArgs=--pid=host'),
  },
];

/** What becomes of the container as a whole. */
export const stopped: Tampering[] = [
  {
    what: 'its container is stopped',
    service: 'cortex-dashboard',
    names: 'state',
    done: { docker: { script: 'docker stop $instance' } },
  },
  {
    what: 'its container is paused',
    service: 'cortex-editor',
    names: 'state',
    done: { docker: { script: 'docker pause $instance' } },
  },
  {
    what: 'its unit is stopped',
    service: 'cortex-dashboard',
    names: 'cortex-dashboard does not run: its unit',
    done: { podman: { script: 'account systemctl --user stop $instance.service' } },
  },
  {
    what: 'its container is removed',
    service: 'cortex-admin',
    names: 'cortex-admin does not run: its',
    done: {
      docker: { script: 'docker rm --force $instance' },
      podman: {
        script:
          'account systemctl --user stop $instance.service; rm $unit; account systemctl --user daemon-reload',
      },
    },
  },
  {
    what: 'its container goes by another name',
    service: 'cortex-tunnel',
    names: 'containerName',
    done: everywhere('engine rename $instance renamed'),
  },
];
