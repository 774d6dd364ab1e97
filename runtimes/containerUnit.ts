import type { Health, Mount, ServiceSpec } from '../spec/service.ts';
import { accountPaths } from './accountPaths.ts';
import { commandWords, entrypointWords } from './command.ts';
import { goDuration, wholeSeconds } from './duration.ts';
import { csvRecord, jsonWords, quadletCommand, quadletText, quadletWord, systemdText } from './escape.ts';
import { healthCommandText } from './healthCommand.ts';
import { mountSource, networkName, publishedPorts } from './host.ts';
import { keepsId } from './idmap.ts';
import { qualifiedImage } from './image.ts';
import { containerLabels, sortedEntries } from './labels.ts';
import type { ContainerKey, Entry, Quadlet, ServiceKey } from './quadlet.ts';
import type { RenderContext } from './runtime.ts';
import { mayEnd } from './verbs.ts';

/** The Quadlet unit of one instance. */
export function containerUnit(spec: ServiceSpec, context: RenderContext): Quadlet {
  const words = commandWords(spec);
  const command = words && quadletCommand(words);
  return {
    comment: `Instance ${context.instance} of service ${spec.name}, stack ${context.stack}. Rendered: changes are lost.`,
    unit: [
      ['Description', systemdText(`${spec.name} of stack ${context.stack}`)],
      ['ConditionPathExists', `!${systemdText(accountPaths(context).parked)}`],
      // as Docker does, it goes on trying to restart what keeps failing
      ['StartLimitIntervalSec', '0'],
    ],
    container: [
      ['ContainerName', context.instance],
      ['Image', qualifiedImage(spec.image)],
      ['Pull', 'never'],
      ...some('Entrypoint', entrypointWords(spec), (words) => quadletText(jsonWords(words))),
      ...some('Exec', command, ({ text }) => text),
      ...user(spec),
      ...some('WorkingDir', spec.workingDir, quadletText),
      ...some('HostName', spec.hostname, String),
      ...each('Environment', sortedEntries(spec.environment), ([key, value]) =>
        quadletWord(`${key}=${value}`),
      ),
      ...each('Label', containerLabels(spec, context), ([key, value]) => quadletWord(`${key}=${value}`)),
      ...each('Network', spec.networks, (network) => networkName(network, context)),
      ...each('AddHost', sortedEntries(context.addresses), ([name, address]) => `${name}:${address}`),
      ...each(
        'PublishPort',
        publishedPorts(spec, context),
        ([host, port]) => `127.0.0.1:${host}:${port}/tcp`,
      ),
      ...spec.mounts.map((m) => mount(m, context)),
      ...secrets(spec, context),
      ...configs(spec, context),
      ...readOnly(spec),
      ...(spec.init ? ([['RunInit', 'true']] satisfies Entry<ContainerKey>[]) : []),
      ...each('DropCapability', spec.capDrop, String),
      ...each('AddCapability', spec.capAdd, String),
      ...(spec.noNewPrivileges ? ([['NoNewPrivileges', 'true']] satisfies Entry<ContainerKey>[]) : []),
      ...(spec.seccomp === 'unconfined' ? each('SeccompProfile', [spec.seccomp], String) : []),
      ...limits(spec),
      ...(spec.health ? health(spec.health) : []),
      ...some('StopSignal', spec.stopSignal, String),
      ['StopTimeout', String(wholeSeconds(spec.stopGraceMs))],
      ...logging(spec, context),
    ],
    service: [...each('Environment', command?.variables ?? [], quadletWord), ...service(spec)],
    install: spec.restart === 'no' ? [] : [['WantedBy', 'default.target']],
  };
}

function user(spec: ServiceSpec): Entry<ContainerKey>[] {
  if (!spec.user) return [];
  const { uid, gid } = spec.user;
  return [
    ['User', String(uid)],
    ['Group', String(gid)],
    // the account's own number: the same owner of files as under every other user that is kept
    ...each('UserNS', keepsId(spec.user) ? [`keep-id:uid=${uid},gid=${gid}`] : [], String),
  ];
}

function mount(m: Mount, context: RenderContext): Entry<ContainerKey> {
  return m.kind === 'tmpfs' ? tmpfs(m) : bind(mountSource(m, context), m.target, m.readOnly);
}

/** With Docker's defaults: nothing executable, and nothing of the image copied in. */
function tmpfs(m: Extract<Mount, { kind: 'tmpfs' }>): Entry<ContainerKey> {
  const size = m.sizeBytes > 0 ? [`tmpfs-size=${m.sizeBytes}`] : [];
  const options = [`tmpfs-mode=${m.mode}`, ...size, 'noexec', 'notmpcopyup'];
  return ['Mount', quadletWord(csvRecord(['type=tmpfs', `destination=${m.target}`, ...options]))];
}

/** By `PodmanArgs` where Quadlet would misread the host's path as a list of paths. */
function bind(source: string, target: string, readOnly: boolean): Entry<ContainerKey> {
  const fields = ['type=bind', `source=${source}`, `destination=${target}`, ...(readOnly ? ['ro=true'] : [])];
  const record = quadletWord(csvRecord(fields));
  if (/^[A-Za-z0-9_/.:@+-]+$/.test(source)) return ['Mount', record];
  return ['PodmanArgs', `--mount ${record}`];
}

function secrets(spec: ServiceSpec, context: RenderContext): Entry<ContainerKey>[] {
  const { uid, gid } = spec.user ?? { uid: 0, gid: 0 };
  return [
    ...each('Secret', spec.secrets, ({ secret, target }) =>
      quadletWord(
        `${context.instance}-${secret},type=mount,target=${target},uid=${uid},gid=${gid},mode=0400`,
      ),
    ),
    ...each('Secret', sortedEntries(spec.secretEnvironment ?? {}), ([variable, secret]) =>
      quadletWord(`${context.instance}-${secret},type=env,target=${variable}`),
    ),
  ];
}

function configs(spec: ServiceSpec, context: RenderContext): Entry<ContainerKey>[] {
  return spec.configs.map((c) => bind(`${accountPaths(context).configs}/${c.config}`, c.target, true));
}

/** As Compose has it: nothing but the mounts and /dev/shm can be written. Podman has all of its own, or none. */
function readOnly(spec: ServiceSpec): Entry<ContainerKey>[] {
  if (!spec.readOnly) return [];
  const sharedMemory: Mount = {
    kind: 'tmpfs',
    target: '/dev/shm',
    sizeBytes: 64 * 1024 * 1024,
    mode: '1777',
  };
  return [
    ['ReadOnly', 'true'],
    ['ReadOnlyTmpfs', 'false'],
    ...(spec.mounts.some((m) => m.target === sharedMemory.target) ? [] : [tmpfs(sharedMemory)]),
  ];
}

function limits({ limits: { cpus, memoryBytes, pids } }: ServiceSpec): Entry<ContainerKey>[] {
  return [
    ...some('PodmanArgs', cpus, (n) => `--cpus=${n}`),
    ...some('PodmanArgs', memoryBytes, (n) => `--memory=${n}`),
    // without a word Podman has a limit of its own
    ['PidsLimit', String(pids ?? -1)],
  ];
}

function health(h: Health): Entry<ContainerKey>[] {
  return [
    ...some('HealthCmd', healthCommandText(h.command), quadletText),
    ['HealthInterval', goDuration(h.intervalMs)],
    ['HealthTimeout', goDuration(h.timeoutMs)],
    ['HealthRetries', String(h.retries)],
    ['HealthStartPeriod', goDuration(h.startPeriodMs)],
    ['HealthOnFailure', 'none'],
  ];
}

/**
 * A log file of its own, which is still there when the container is gone. Podman keeps one file, and starts it anew
 * when it is full: it may grow to what Docker would keep in all its files.
 */
function logging(
  { logging: { maxSizeBytes, maxFiles } }: ServiceSpec,
  context: RenderContext,
): Entry<ContainerKey>[] {
  return [
    ['LogDriver', 'k8s-file'],
    ['LogOpt', `path=${accountPaths(context).log}`],
    ...some('LogOpt', maxSizeBytes, (bytes) => `max-size=${bytes * (maxFiles ?? 1)}`),
  ];
}

function service(spec: ServiceSpec): Entry<ServiceKey>[] {
  const restart = spec.restart === 'unless-stopped' ? 'always' : spec.restart;
  return [
    ['Restart', restart],
    ['RestartSec', '1'],
    // so that a job that ended well can be told from one that never ran
    ...each('RemainAfterExit', mayEnd(spec) ? ['yes'] : [], String),
    ['TimeoutStartSec', '60'],
    // Podman's own grace first
    ['TimeoutStopSec', String(wholeSeconds(spec.stopGraceMs) + 10)],
  ];
}

/** An entry for each value. */
function each<K extends string, T>(key: K, values: T[], text: (value: T) => string): Entry<K>[] {
  return values.map((value) => [key, text(value)]);
}

/** An entry if there is a value. */
function some<K extends string, T>(key: K, value: T | null, text: (value: T) => string): Entry<K>[] {
  return value === null ? [] : [[key, text(value)]];
}
