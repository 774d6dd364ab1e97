import type { HoldLimits } from '../spec/hold.ts';
import type { ServiceSpec } from '../spec/service.ts';
import { type Build, readBuild } from './build.ts';
import { readCommand } from './command.ts';
import { readServiceConfigs } from './configs.ts';
import type { Context } from './context.ts';
import { type ReadDependency, readDependencies } from './dependencies.ts';
import { checkDeploy, readLimits, readRollout } from './deploy.ts';
import { readDuration } from './duration.ts';
import { readEnvironment } from './environment.ts';
import { readHealth } from './health.ts';
import { readHold } from './hold.ts';
import { readImage } from './image.ts';
import { readLogging } from './logging.ts';
import { readMounts } from './mounts.ts';
import { readServiceNetworks } from './networks.ts';
import { readPairs } from './pairs.ts';
import { readPorts } from './ports.ts';
import { absolutePath } from './project.ts';
import { readServiceSecrets } from './secrets.ts';
import { readCapAdd, readCapDrop, readReadOnly, readSecurityOpt } from './security.ts';
import { readUser } from './user.ts';
import type { Value } from './value.ts';

/** A service of the file, before it is known which ones are active. */
export interface ReadService {
  spec: ServiceSpec;
  /** undefined: its image is made elsewhere */
  build: Build | undefined;
  hold: HoldLimits;
  /** empty: always active */
  profiles: string[];
  dependencies: ReadDependency[];
  at: Value;
}

const honoured = [
  ...[
    'image',
    'build',
    'entrypoint',
    'command',
    'environment',
    'env_file',
    'secrets',
    'configs',
    'user',
    'working_dir',
  ],
  ...[
    'hostname',
    'labels',
    'read_only',
    'init',
    'volumes',
    'tmpfs',
    'ports',
    'expose',
    'healthcheck',
    'restart',
  ],
  ...['stop_grace_period', 'stop_signal', 'deploy', 'cpus', 'mem_limit', 'pids_limit', 'cap_drop', 'cap_add'],
  ...['security_opt', 'logging', 'networks', 'depends_on', 'profiles'],
  // of `docker compose up` and `watch` at a desk; they say nothing about a host
  ...['attach', 'develop'],
];

/** Keys that may be written out as long as they ask for what is the case anyway. */
const harmless: Record<string, string[]> = {
  privileged: ['false'],
  tty: ['false'],
  stdin_open: ['false'],
  oom_kill_disable: ['false'],
  scale: ['1'],
  pull_policy: ['missing', 'if_not_present'],
};

const byAddress = 'delete it: every service reaches every other one by name, through the proxy';
const twoRuntimes = 'delete it: it does not mean the same under both runtimes';
const advice: Record<string, string> = {
  container_name:
    'delete it: an instance is called <service>-<id>, so that a new one can start beside the old one',
  extends: 'use an anchor and a merge key (<<: *name)',
  links: byAddress,
  external_links: byAddress,
  extra_hosts: byAddress,
  network_mode: 'delete it, and use `networks`',
  domainname: 'write the full name under `hostname`',
  dns: byAddress,
  scale: 'delete it: a service has one instance',
  privileged: 'delete it, and name the capabilities it needs under `cap_add`',
  devices: twoRuntimes,
  ulimits: twoRuntimes,
  sysctls: twoRuntimes,
  shm_size: 'mount a tmpfs on /dev/shm with a size',
  mem_reservation: 'delete it, and set a limit',
  memswap_limit: 'delete it: swap is the business of the host',
  group_add: 'delete it, and give the group in `user`',
  userns_mode: 'delete it: the runtime maps the users',
  volumes_from: 'list the same volumes under `volumes`',
  label_file: 'write the labels under `labels`',
  annotations: 'use `labels`',
  platform: "delete it: the host's own is used",
  pull_policy: 'delete it: an image that is there is not pulled again',
  pid: twoRuntimes,
  ipc: twoRuntimes,
  runtime: 'delete it: cortex:runtime chooses',
  post_start: "do it in the image's own start-up",
  pre_start: "do it in the image's own start-up, or in a service that others depend on",
  pre_stop: "do it in the image's own handling of the stop signal",
};

/** Reads one service. */
export function readService(name: string, service: Value, context: Context): ReadService {
  checkKeys(name, service);
  const { readOnly, mounts } = readReadOnly(service.get('read_only'), readMounts(service, context));
  const ports = readPorts(service);
  const secrets = readServiceSecrets(service.get('secrets'), context.secrets);
  const configs = readServiceConfigs(service.get('configs'), context);
  checkTargets(service, [...mounts, ...secrets, ...configs]);
  const dependencies = readDependencies(name, service.get('depends_on'), context);
  const { environment, secretEnvironment } = readEnvironment(service, context);
  const spec: ServiceSpec = {
    name,
    image: readImage(name, service),
    entrypoint: readCommand(service.get('entrypoint')),
    command: readCommand(service.get('command')),
    environment,
    ...(Object.keys(secretEnvironment).length > 0 && { secretEnvironment }),
    secrets,
    configs,
    user: readUser(service.get('user')),
    workingDir: readWorkingDir(service.get('working_dir')),
    hostname: readHostname(service.get('hostname')),
    labels: readLabels(service.get('labels')),
    readOnly,
    init: service.get('init').boolean(),
    mounts,
    ports,
    health: readHealth(service.get('healthcheck')),
    restart: readRestart(service.get('restart')),
    stopGraceMs: readDuration(service.get('stop_grace_period'), 10_000),
    stopSignal: readStopSignal(service.get('stop_signal')),
    limits: readLimits(service),
    capDrop: readCapDrop(service.get('cap_drop')),
    capAdd: readCapAdd(service.get('cap_add')),
    ...readSecurityOpt(service.get('security_opt')),
    logging: readLogging(service.get('logging')),
    networks: readServiceNetworks(service.get('networks'), context),
    dependsOn: [],
    rollout: readRollout(service, mounts, ports),
    peers: context.services.filter((other) => other !== name).sort(),
  };
  const profiles = service
    .get('profiles')
    .items()
    .map((item) => item.string());
  const build = readBuild(service.get('build'), context);
  return { spec, build, hold: readHold(service.get('x-hold')), profiles, dependencies, at: service };
}

function checkKeys(name: string, service: Value): void {
  if (!/^[a-z0-9]([-a-z0-9]{0,38}[a-z0-9])?$/.test(name)) {
    service.complain({
      found: `"${name}"`,
      expected: 'a name of at most 40 characters: a-z, 0-9 and -, which other services can look up',
      fix: 'rename it',
    });
  }
  const asked = service.keys().filter((key) => {
    const allowed = Object.hasOwn(harmless, key) ? harmless[key] : undefined;
    return allowed?.includes(String(service.get(key).raw));
  });
  service.refuseOtherThan([...honoured, ...asked], advice);
  checkDeploy(service.get('deploy'));
}

/** Two things mounted at one place would hide each other. */
function checkTargets(service: Value, mounted: { target: string }[]): void {
  const seen = new Set<string>();
  for (const { target } of mounted) {
    if (seen.has(target)) {
      service.complain({
        found: `"${target}" twice`,
        expected: 'one volume, tmpfs, secret or config at one target',
        fix: 'give one of them another target',
      });
    }
    seen.add(target);
  }
}

function readWorkingDir(value: Value): string | null {
  if (!value.there) return null;
  const path = absolutePath(value.string());
  if (path === undefined) value.complain({ expected: 'an absolute path', fix: 'begin it with /' });
  return path ?? null;
}

function readHostname(value: Value): string | null {
  if (!value.there) return null;
  if (!/^[A-Za-z0-9]([-A-Za-z0-9.]{0,61}[A-Za-z0-9])?$/.test(value.string())) {
    value.complain({ expected: 'a host name: letters, digits, - and .', fix: 'correct it' });
  }
  return value.string();
}

function readLabels(value: Value): Record<string, string> {
  const labels = readPairs(value).map(({ name, value: text, at }): [string, string] => {
    if (name === '' || name.startsWith('containerhost.')) {
      at.complain({
        found: `"${name}"`,
        expected: 'a label of your own: containerhost.* are those by which instances are found',
        fix: 'rename it',
      });
    }
    return [name, text ?? ''];
  });
  return Object.fromEntries(labels.sort(([a], [b]) => (a < b ? -1 : 1)));
}

function readRestart(value: Value): ServiceSpec['restart'] {
  const text = value.there ? value.string() : 'no';
  if (text === 'no' || text === 'on-failure' || text === 'always' || text === 'unless-stopped') return text;
  value.complain({
    expected: '"no", on-failure, always or unless-stopped',
    fix: text.startsWith('on-failure:') ? 'delete the number: only Docker counts' : 'choose one of these',
  });
  return 'no';
}

function readStopSignal(value: Value): string | null {
  if (!value.there) return null;
  if (!/^SIG[A-Z]+[0-9+-]*$/.test(value.string())) {
    value.complain({ expected: 'the name of a signal, as in SIGINT', fix: 'write it out, in capitals' });
  }
  return value.string();
}
