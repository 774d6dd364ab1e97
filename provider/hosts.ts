import { appendFileSync } from 'node:fs';
import { type HostProbe, parseProbe } from '../preflight/probe.ts';
import { currentConnection } from './connection.ts';
import { hostLibrary } from './hostSetup.ts';
import type { Host } from './inputs.ts';
import { parseReading, type Reading } from './reading.ts';
import { HostError } from './ssh/problem.ts';
import { type Attached, type AttachOptions, type RunOptions, type Shell, SshShell } from './ssh/shell.ts';
import { words } from './words.ts';

/** Opens a shell; replaced in tests. */
export type Connect = (host: Host) => Shell;

/**
 * The hosts of a run: one connection each, and what a host was found to hold, until something changes it.
 */
export class Hosts {
  readonly #connect: Connect;
  readonly #shells = new Map<string, Shell>();
  readonly #readings = new Map<string, Promise<Reading>>();
  readonly #probes = new Map<string, Promise<HostProbe>>();
  /** the identity that the program gave last for a way to connect */
  readonly #identities = new Map<string, Host>();

  constructor(connect: Connect = (host) => new SshShell(host.connection, host.hostKey)) {
    this.#connect = connect;
  }

  /** The program says that this host is what answers there now. */
  declare(host: Host): void {
    this.#identities.set(address(host), host);
  }

  /**
   * Whether everything that was on this host is proven to be gone: in its place there is another one, whose
   * identity the program has from the machine's maker. That nobody answers proves nothing.
   */
  isReplaced(host: Host): boolean {
    const now = this.#identities.get(address(host));
    return now !== undefined && now.machineId !== host.machineId;
  }

  /** Runs one operation on a host: `call` after the host's library. Anything read before is forgotten. */
  async change(stack: string, host: Host, call: string, options: RunOptions = {}): Promise<string> {
    this.#readings.delete(reading(stack, host));
    try {
      return await this.#run(stack, host, call, options);
    } finally {
      this.#readings.delete(reading(stack, host));
    }
  }

  /** The same for an operation that takes something away: where the host is proven to be gone, it is done. */
  async remove(stack: string, host: Host, call: string, options: RunOptions = {}): Promise<void> {
    if (this.isReplaced(host)) return;
    try {
      await this.change(stack, host, call, options);
    } catch (error) {
      if (!isAnotherMachine(error)) throw error;
    }
  }

  /**
   * Everything that a stack has on a host; undefined when another machine stands in its place.
   *
   * @throws {HostError} when the host does not answer: that proves nothing
   */
  async read(stack: string, host: Host, options: RunOptions = {}): Promise<Reading | undefined> {
    try {
      return await this.#readOnce(stack, host, options);
    } catch (error) {
      if (isAnotherMachine(error)) return undefined;
      throw error;
    }
  }

  /** What the host is and has. One round trip, however many ask about the same paths. @throws {HostError} */
  probe(stack: string, host: Host, paths: readonly string[], options: RunOptions = {}): Promise<HostProbe> {
    const call = `probe_host ${words([stack, host.account.name, ...paths])}`;
    const key = `${host.machineId} ${call}`;
    const known = this.#probes.get(key);
    if (known) return known;
    const probe = this.ask(stack, host, call, options).then(parseProbe);
    this.#probes.set(key, probe);
    return probe;
  }

  /** Runs what changes nothing, and returns what it printed. @throws {HostError} */
  ask(stack: string, host: Host, call: string, options: RunOptions = {}): Promise<string> {
    return this.#run(stack, host, call, { ...options, repeatable: true });
  }

  /** One round trip, however many ask. */
  #readOnce(stack: string, host: Host, options: RunOptions): Promise<Reading> {
    const key = reading(stack, host);
    let result = this.#readings.get(key);
    if (!result) {
      const call = `read_stack ${words([stack, host.account.name])}`;
      result = this.ask(stack, host, call, options).then(parseReading);
      this.#readings.set(key, result);
      result.catch(() => this.#readings.delete(key));
    }
    return result;
  }

  /**
   * Starts a script, as root, that is talked to by the caller's own streams. @throws {HostError}
   */
  attach(stack: string, host: Host, script: string, options: AttachOptions): Promise<Attached> {
    const here = `[ "$(cat /etc/machine-id)" = ${host.machineId} ] || { echo "this is another machine" >&2; exit 125; }`;
    return this.#shell(stack, host).attach([here, script].join('\n'), options);
  }

  async #run(stack: string, host: Host, call: string, options: RunOptions): Promise<string> {
    const shell = this.#shell(stack, host);
    const begun = Date.now();
    const { stdout } = await shell.run(
      [hostLibrary(), `expect_machine ${words([host.machineId])}`, call].join('\n'),
      options,
    );
    trace(call, Date.now() - begun);
    return stdout;
  }

  /** The one connection to a host. */
  #shell(stack: string, host: Host): Shell {
    const current = {
      ...host,
      ...this.#identity(host),
      connection: currentConnection(stack, host.connection),
    };
    const key = JSON.stringify([current.connection, current.hostKey]);
    let shell = this.#shells.get(key);
    if (!shell) {
      shell = this.#connect(current);
      this.#shells.set(key, shell);
    }
    return shell;
  }

  /** A host whose keys were rotated is the same host: the key that was learnt last is the one to expect. */
  #identity(host: Host): Pick<Host, 'hostKey'> {
    const now = this.#identities.get(address(host));
    return now && now.machineId === host.machineId ? { hostKey: now.hostKey } : { hostKey: host.hostKey };
  }
}

/** Whether an operation failed because another machine stands where this one was. */
function isAnotherMachine(error: unknown): boolean {
  return error instanceof HostError && error.kind === 'replaced';
}

function address(host: Host): string {
  return `${host.connection.address}:${host.connection.port}`;
}

function reading(stack: string, host: Host): string {
  return `${stack} ${host.machineId}`;
}

/** With CORTEX_TRACE=FILE each round trip to a host is a line there: what it was for, and milliseconds. */
function trace(call: string, milliseconds: number): void {
  const file = process.env.CORTEX_TRACE;
  if (file) appendFileSync(file, `${call.trimStart().split(/\s/, 1)[0]} ${milliseconds}\n`);
}
