import { stringify } from 'yaml';
import type { Health, Mount, ServiceSpec } from '../spec/service.ts';
import { commandWords, entrypointWords } from './command.ts';
import { goDuration, wholeSeconds } from './duration.ts';
import { composeText } from './escape.ts';
import { mountSource, networkName, publishedPorts } from './host.ts';
import { containerLabels, sortedEntries } from './labels.ts';
import type { RenderContext } from './runtime.ts';

type Value = string | number | boolean | Value[] | { [key: string]: Value | undefined };

/** In the instance's directory: the secrets that the service has as variables. */
export const environmentFile = 'secrets/environment';

/**
 * The Compose file of one instance. Its one service has the instance's name, not the service's: Compose makes that
 * name resolve to the container, and a service's name must resolve to the host's proxy.
 */
export function composeFile(spec: ServiceSpec, context: RenderContext): string {
  const networks = spec.networks.map((network) => networkName(network, context));
  const file = {
    name: context.instance,
    services: { [context.instance]: service(spec, context, networks) },
    networks: Object.fromEntries(networks.map((name) => [name, { name, external: true }])),
  };
  const head = `# Instance ${context.instance} of service ${spec.name}, stack ${context.stack}. Rendered: changes are lost.\n`;
  return head + toYaml(escaped(file));
}

function service(spec: ServiceSpec, context: RenderContext, networks: string[]): Value {
  const { limits } = spec;
  return {
    container_name: context.instance,
    image: spec.image,
    pull_policy: 'never',
    entrypoint: entrypointWords(spec) ?? undefined,
    command: commandWords(spec) ?? undefined,
    // as lists, so that no name or value is ever YAML's to interpret
    environment: sortedEntries(spec.environment).map(([key, value]) => `${key}=${value}`),
    // not required: a preview checks this file where the values are not
    env_file: spec.secretEnvironment && [
      { path: `${context.directory}/${environmentFile}`, required: false },
    ],
    user: spec.user ? `${spec.user.uid}:${spec.user.gid}` : undefined,
    working_dir: spec.workingDir ?? undefined,
    hostname: spec.hostname ?? undefined,
    labels: containerLabels(spec, context).map(([key, value]) => `${key}=${value}`),
    read_only: spec.readOnly || undefined,
    init: spec.init || undefined,
    volumes: volumes(spec, context),
    networks,
    extra_hosts: sortedEntries(context.addresses).map(([name, address]) => `${name}=${address}`),
    ports: publishedPorts(spec, context).map(([published, target]) => ({
      target,
      host_ip: '127.0.0.1',
      published: String(published),
      protocol: 'tcp',
    })),
    healthcheck: spec.health ? healthcheck(spec.health) : undefined,
    restart: spec.restart,
    stop_grace_period: `${wholeSeconds(spec.stopGraceMs)}s`,
    stop_signal: spec.stopSignal ?? undefined,
    cpus: limits.cpus ?? undefined,
    mem_limit: limits.memoryBytes === null ? undefined : String(limits.memoryBytes),
    pids_limit: limits.pids ?? undefined,
    cap_drop: spec.capDrop,
    cap_add: spec.capAdd,
    security_opt: [
      ...(spec.noNewPrivileges ? ['no-new-privileges:true'] : []),
      ...(spec.seccomp === 'unconfined' ? ['seccomp:unconfined'] : []),
    ],
    logging: { driver: 'json-file', options: logOptions(spec.logging) },
  };
}

function healthcheck(health: Health): Value {
  return {
    test: ['CMD', ...health.command],
    interval: goDuration(health.intervalMs),
    timeout: goDuration(health.timeoutMs),
    retries: health.retries,
    start_period: goDuration(health.startPeriodMs),
  };
}

function volumes(spec: ServiceSpec, context: RenderContext): Value[] {
  const bind = (source: string, target: string, readOnly: boolean): Value => ({
    type: 'bind',
    source,
    target,
    read_only: readOnly || undefined,
    // a missing source is a mistake, not a folder to make as root
    bind: { create_host_path: false },
  });
  const mount = (m: Mount): Value => {
    if (m.kind !== 'tmpfs') return bind(mountSource(m, context), m.target, m.readOnly);
    const options = { size: m.sizeBytes || undefined, mode: Number.parseInt(m.mode, 8) };
    return { type: 'tmpfs', target: m.target, tmpfs: options };
  };
  return [
    ...spec.mounts.map(mount),
    ...spec.secrets.map((s) => bind(`${context.directory}/secrets/${s.secret}`, s.target, true)),
    ...spec.configs.map((c) => bind(`${context.directory}/configs/${c.config}`, c.target, true)),
  ];
}

function logOptions({ maxSizeBytes, maxFiles }: ServiceSpec['logging']): Value {
  return {
    'max-size': maxSizeBytes === null ? undefined : String(maxSizeBytes),
    'max-file': maxFiles === null ? undefined : String(maxFiles),
  };
}

/** Escapes every text, and leaves out what is empty; keys are ours. */
function escaped(value: Value): Value {
  if (typeof value === 'string') return composeText(value);
  if (Array.isArray(value)) return value.map(escaped);
  if (typeof value !== 'object') return value;
  const kept = Object.entries(value).filter(([, v]) => v !== undefined && !isEmpty(v));
  return Object.fromEntries(kept.map(([key, v]) => [key, escaped(v as Value)]));
}

function isEmpty(value: Value | undefined): boolean {
  return typeof value === 'object' && Object.keys(value).length === 0;
}

/** YAML in which every text is quoted, and what Compose's parser refuses inside quotes is written as an escape. */
function toYaml(value: Value): string {
  const text = stringify(value, { defaultStringType: 'QUOTE_DOUBLE', defaultKeyType: 'PLAIN', lineWidth: 0 });
  const unprintable = /[\u007f-\u009f\u2028\u2029\ufeff]/g;
  return text.replace(unprintable, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
