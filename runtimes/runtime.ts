/**
 * The seam between a service's declaration and the container runtimes. A runtime turns a `ServiceSpec` into the
 * files of one instance: its native unit, and the *verbs*, small shell scripts that say how this runtime does what
 * every runtime must. Whoever runs them (the provider over SSH, the host's own recovery, an operator) needs
 * nothing but the instance's directory.
 */

/** The account that runs rootless containers. Its group has its number, and its subgids those of its subuids. */
export interface Account {
  name: string;
  uid: number;
  /** first of its `subordinateIds` subordinate ids */
  subuidStart: number;
}

/** How many subordinate ids the account has. */
export const subordinateIds = 65536;

/** What only the host knows, allocated there when an instance is made. */
export interface RenderContext {
  stack: string;
  /** physical name, `<service>-<7 hex>`: the name of the container and of its unit */
  instance: string;
  /** the instance's directory on the host, readable by root only */
  directory: string;
  account: Account;
  /** service → virtual address, of all peers and itself */
  addresses: Record<string, string>;
  /** container port → the loopback port that this instance publishes it on */
  ports: Record<string, number>;
  /** volume → host directory */
  volumes: Record<string, string>;
  /** source of a project mount, as in the spec → host path of the delivered copy */
  projects: Record<string, string>;
  /** of the spec; a label of the container */
  digest: string;
}

export interface RenderedFile {
  /** absolute */
  path: string;
  content: string;
  /** octal, four digits */
  mode: string;
  owner: 'root' | 'account' | { uid: number; gid: number };
}

/** All files of an instance, every one below `RenderContext.directory`. */
export interface Rendered {
  files: RenderedFile[];
}

/**
 * The verbs. All are run as root, exit 0 on success, and say on stderr what is wrong otherwise.
 * Callers keep `start`, `restore` and `remove` of one stack from running at the same time.
 */
export const verbs = [
  /** has the unit checked by who will read it; changes nothing, needs no image */
  'check',
  /** the same, and makes sure of the image; touches nothing that runs */
  'prepare',
  /** makes it run and come back at boot, whatever state it is in */
  'start',
  /** exits 0 while the container is up */
  'running',
  /** one probe; without a health check: up for a second and listening on its ports, or a job that ended well */
  'healthy',
  /** bars it from boot, stops it within the grace period, keeps it */
  'stop',
  /** undoes `stop` */
  'restore',
  /** stops it and leaves nothing of it in the runtime; the directory itself stays */
  'remove',
  /** the last lines the container wrote, also when it is gone */
  'logs',
] as const;
export type Verb = (typeof verbs)[number];
