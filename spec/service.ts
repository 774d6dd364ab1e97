/**
 * What a service is, independent of the runtime that runs it. `compose/` produces it, `runtimes/`
 * renders it, the provider stores it as the inputs of an Instance: plain JSON, no classes, and every
 * default already filled in, so that an omitted and an explicit default never differ.
 *
 * Units: durations in milliseconds, sizes in bytes, CPUs in cores.
 */

export const runtimeNames = ['docker', 'podman'] as const;
export type RuntimeName = (typeof runtimeNames)[number];

/**
 * How an instance is replaced.
 * - `rolling`: the new one is healthy before the old one is touched.
 * - `recreate`: never two at once; the old one is parked until the new one serves.
 */
export type Rollout = 'rolling' | 'recreate';

/** An engine-independent mount. Paths are absolute inside the container. */
export type Mount =
  /**
   * a named volume of the stack: a directory on the host's data disk. Its contents are compared by hash where
   * it holds less than `hashBelowBytes`; left out where that is the default
   */
  | { kind: 'volume'; volume: string; target: string; readOnly: boolean; hashBelowBytes?: number }
  /** a file or folder of the project (relative to the project, no `..`), delivered to the host */
  | { kind: 'project'; source: string; target: string; readOnly: boolean; digest: string }
  /** an absolute path that exists on the host and is the operator's own business */
  | { kind: 'host'; source: string; target: string; readOnly: boolean }
  /** memory; `sizeBytes` 0 means the engine's default */
  | { kind: 'tmpfs'; target: string; sizeBytes: number; mode: string };

/** A port that the service listens on, served by the host's proxy on the service's virtual address. */
export interface Port {
  /** container port, 1–65535 */
  port: number;
  /** `http` lets the proxy hold and retry requests; from Compose's `app_protocol`, default `http` */
  protocol: 'http' | 'tcp';
  /** where the host's proxy listens too; Compose's `ports`. `address` is an IP, `0.0.0.0` for all */
  published: { address: string; port: number }[];
}

/** A health check. `command` is an argv, run inside the container; a shell line is `['/bin/sh','-c',line]`. */
export interface Health {
  command: string[];
  intervalMs: number;
  timeoutMs: number;
  retries: number;
  startPeriodMs: number;
}

/** A secret that the service reads at `target`. Its value is never part of the spec. */
export interface SecretMount {
  /** name in the stack's `secrets` */
  secret: string;
  /** absolute path in the container, default `/run/secrets/<secret>` */
  target: string;
}

/** A file with content that is not secret (Compose `configs`). Its content travels with the spec. */
export interface ConfigMount {
  config: string;
  target: string;
  content: string;
}

export interface Dependency {
  service: string;
  condition: 'service_started' | 'service_healthy' | 'service_completed_successfully';
}

export interface ServiceSpec {
  /** DNS label, `[a-z0-9]([-a-z0-9]*[a-z0-9])?`, at most 40 characters */
  name: string;
  image: string;
  /** replaces the image's ENTRYPOINT; null keeps it */
  entrypoint: string[] | null;
  /** replaces the image's CMD; null keeps it */
  command: string[] | null;
  environment: Record<string, string>;
  /** variable -> secret, for a service that reads no file; left out where there is none. No value is in the spec */
  secretEnvironment?: Record<string, string>;
  secrets: SecretMount[];
  configs: ConfigMount[];
  /** numeric, or null for the image's own (taken as root when ownership is at stake) */
  user: { uid: number; gid: number } | null;
  workingDir: string | null;
  hostname: string | null;
  labels: Record<string, string>;
  readOnly: boolean;
  /** run a small init as pid 1 */
  init: boolean;
  mounts: Mount[];
  ports: Port[];
  health: Health | null;
  restart: 'no' | 'on-failure' | 'always' | 'unless-stopped';
  stopGraceMs: number;
  stopSignal: string | null;
  /** null is none */
  limits: { cpus: number | null; memoryBytes: number | null; pids: number | null };
  capDrop: string[];
  capAdd: string[];
  noNewPrivileges: boolean;
  /** the filter of system calls; `default` is the engine's own */
  seccomp: 'default' | 'unconfined';
  /** json-file/k8s-file rotation; null is none */
  logging: { maxSizeBytes: number | null; maxFiles: number | null };
  /** names of the stack's networks, sorted; the engine's network is `<stack>-<network>` */
  networks: string[];
  dependsOn: Dependency[];
  rollout: Rollout;
  /** other services of the compose file: names that must resolve inside the container, sorted */
  peers: string[];
}

/** Names of the secrets whose values a service gets, as files or as variables, each once. */
export function secretNames({ secrets, secretEnvironment = {} }: ServiceSpec): string[] {
  return [...new Set([...secrets.map(({ secret }) => secret), ...Object.values(secretEnvironment)])];
}
