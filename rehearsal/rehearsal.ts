import { spawn } from 'node:child_process';
import { randomBytes, randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { networkInterfaces, userInfo } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import type { EngineEvent } from '../receipt/engineEvents.ts';
import { cacheDirectory } from '../toolchain/cache.ts';
import { pulumiEnvironment } from '../toolchain/pulumi.ts';
import type { CloudHooks } from './clouds/hooks.ts';
import { type Clouds, startClouds } from './clouds/start.ts';
import { type Edge, startEdge } from './edge/edge.ts';
import { followEvents } from './eventLog.ts';
import { Machines } from './machines.ts';
import { Project } from './project.ts';
import { sweep } from './sweep.ts';
import { run } from './vm/run.ts';
import type { Vm } from './vm/vm.ts';

export interface RehearsalArgs {
  /** the VM template, from `buildImages` */
  rootfs: string;
  /** what is rehearsed; default `dev` */
  stack?: string;
  /** what registries know; default nothing */
  imageDigest?: CloudHooks['imageDigest'];
}

/** What a run of `pulumi` or `cortex` printed, and how it ended. */
export interface PulumiRun {
  code: number;
  stdout: string;
  /** both streams as a person saw them */
  output: string;
  seconds: number;
}

export interface PulumiOptions {
  /** standard input; default none */
  input?: string;
  environment?: Record<string, string>;
  /** called with each line of both streams, as it comes */
  onLine?: (line: string) => void;
  /** called with the process, so that a test can end it */
  onStart?: (pid: number) => void;
}

/** Where the simulated zone's hostnames are: browsers and Node resolve names under it to this machine. */
const domain = 'localhost';

/**
 * One rehearsal: simulated clouds, an edge, a copy of the project and a folder for all of it. The engine, the
 * provider, SSH, the machine and both runtimes are real. Any number of them run on one machine.
 */
export class Rehearsal {
  readonly stack: string;
  /** everything that belongs to the rehearsal is in here, and goes with it */
  readonly directory: string;
  readonly project: Project;
  readonly edge: Edge;
  readonly machines: Machines;
  readonly #clouds: Clouds;

  private constructor(
    stack: string,
    directory: string,
    project: Project,
    edge: Edge,
    machines: Machines,
    clouds: Clouds,
  ) {
    this.stack = stack;
    this.directory = directory;
    this.project = project;
    this.edge = edge;
    this.machines = machines;
    this.#clouds = clouds;
  }

  static async start({
    rootfs,
    stack = 'dev',
    imageDigest = async () => undefined,
  }: RehearsalArgs): Promise<Rehearsal> {
    const parent = join(cacheDirectory(), 'rehearsals');
    await sweep(parent);
    const directory = mkdtempSync(join(parent, 'r-'));
    writeFileSync(join(directory, 'pid'), `${process.pid}`);
    const project = Project.copy(join(directory, 'project'));
    const machines = new Machines(directory, rootfs);
    const edge = await startEdge();
    const { zoneId } = tunnelConfig(project, stack);
    const outside = surroundings(directory, project);
    const clouds = await startClouds({
      commands: { directory: project.directory, environment: { ...process.env, ...outside } },
      stateDirectory: join(directory, 'clouds'),
      zones: zoneId === undefined ? {} : { [zoneId]: domain },
      hooks: {
        vms: machines.vms,
        disks: machines.disks,
        edge: {
          address: `${ownAddress()}:${edge.connectorPort}`,
          tunnels: edge.tunnels,
          routes: edge.routes,
          protect: edge.protect,
        },
        imageDigest,
      },
    });
    const rehearsal = new Rehearsal(stack, directory, project, edge, machines, clouds);
    await rehearsal.#prepare();
    return rehearsal;
  }

  async #prepare(): Promise<void> {
    mkdirSync(join(this.directory, 'state'));
    await run(['ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-C', 'rehearsal', '-f', this.identityFile]);
    this.project.configure(this.stack, ['cortex:host', 'publicKey'], this.publicKey);
    this.project.configure(this.stack, ['cortex:host', 'identityFile'], this.identityFile);
    await this.#init();
  }

  async #init(): Promise<void> {
    await this.#must(['stack', 'init', this.stack]);
    await this.setToken(this.token);
  }

  /** Encrypts a bot token into the stack's file, by standard input: an argument is everybody's to read. */
  async setToken(value: string): Promise<void> {
    const key = 'cortex:secrets.TELEGRAM_BOT_TOKEN';
    const args = ['config', 'set', '--secret', '--path', '--stack', this.stack, key];
    await this.#must(args, { input: value });
  }

  /**
   * Gives the stack's tunnel another secret, as Cloudflare does where somebody refreshes its token.
   * @returns the old and the new one
   */
  refreshTunnel(): { before: string; after: string } {
    const after = randomBytes(32).toString('base64');
    let before = '';
    const file = join(this.directory, 'clouds', 'cloudflare.json');
    const resources = JSON.parse(readFileSync(file, 'utf8')) as { id: string; hidden: { secret?: string } }[];
    for (const { id, hidden } of resources) {
      if (hidden.secret === undefined) continue;
      before = hidden.secret;
      hidden.secret = after;
      this.edge.tunnels.rotate(id, after);
    }
    writeFileSync(file, JSON.stringify(resources), { mode: 0o600 });
    return { before, after };
  }

  /** Another stack of the same project, of which `config` is all that its file says. This one's `close` ends both. */
  async another(stack: string, config: Record<string, unknown>): Promise<Rehearsal> {
    this.project.write(`Pulumi.${stack}.yaml`, stringify({ config }));
    const other = new Rehearsal(stack, this.directory, this.project, this.edge, this.machines, this.#clouds);
    await other.#init();
    return other;
  }

  /** the operator's private key, which the stack's own machine lets in */
  get identityFile(): string {
    return join(this.directory, 'key');
  }

  get publicKey(): string {
    return readFileSync(`${this.identityFile}.pub`, 'utf8').trim();
  }

  /** all that `pulumi` and `cortex` ever printed here: no secret may be in it */
  readonly transcript: string[] = [];

  /** a bot token that no bot has; tests look for it where no secret may be */
  readonly token = `100200300:rehearsal-${process.pid}-not-a-real-token`;

  get environment(): Record<string, string> {
    return {
      ...surroundings(this.directory, this.project),
      // without a file of attributes beside the state: a kill while that is written leaves a stack that cannot be read
      PULUMI_BACKEND_URL: `file://${join(this.directory, 'state')}?metadata=skip`,
      PULUMI_CONFIG_PASSPHRASE: 'rehearsal',
      PULUMI_DEBUG_PROVIDERS: this.#clouds.debugProviders,
      CORTEX_TRACE: join(this.directory, 'trace'),
    };
  }

  /** Runs `pulumi` in the copy of the project, as an operator would. */
  pulumi(args: string[], options: PulumiOptions = {}): Promise<PulumiRun> {
    return this.run(['pulumi', '--non-interactive', '--color=never', ...args], options);
  }

  /** Runs `npx cortex` in the copy of the project. */
  cortex(args: string[], options: PulumiOptions = {}): Promise<PulumiRun> {
    // npx says where it was called, and a test is itself called by it
    const environment = { INIT_CWD: this.project.directory, ...options.environment };
    return this.run([process.execPath, 'cli/cortex.mjs', ...args], { ...options, environment });
  }

  /** Runs a command in the copy of the project, in the rehearsal's environment. */
  run([command = '', ...args]: string[], options: PulumiOptions): Promise<PulumiRun> {
    const begun = performance.now();
    return new Promise((resolve, reject) => {
      const child = spawn(command, args, {
        cwd: this.project.directory,
        env: { ...process.env, ...this.environment, ...options.environment },
        stdio: [options.input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
        // of its own, so that a test ends it with all that it started, as a lost terminal would
        detached: true,
      });
      if (child.pid !== undefined) options.onStart?.(child.pid);
      child.stdin?.end(options.input);
      let stdout = '';
      let output = '';
      let line = '';
      const seen = (text: string) => {
        output += text;
        if (!options.onLine) return;
        const lines = (line + text).split('\n');
        line = lines.pop() ?? '';
        lines.forEach(options.onLine);
      };
      child.stdout?.setEncoding('utf8').on('data', (text: string) => {
        stdout += text;
        seen(text);
      });
      child.stderr?.setEncoding('utf8').on('data', seen);
      child.once('error', reject);
      child.once('close', (code) => {
        this.transcript.push(output);
        // said at the end of a run that went well, which ends with 0 all the same
        if (code === 0 && output.includes('exited prematurely'))
          reject(new Error(`the engine takes a plugin for broken:\n${output}`));
        resolve({ code: code ?? 255, stdout, output, seconds: (performance.now() - begun) / 1000 });
      });
    });
  }

  preview(args: string[] = [], options?: PulumiOptions): Promise<PulumiRun> {
    return this.pulumi(['preview', '--diff', '--stack', this.stack, ...args], options);
  }

  /** Also tells what was done when, for a receipt. */
  async up(args: string[] = [], options?: PulumiOptions): Promise<PulumiRun & { events: EngineEvent[] }> {
    const file = join(this.directory, `events-${randomUUID()}`);
    const following = followEvents(file);
    const command = ['up', '--yes', '--skip-preview', '--event-log', file, '--stack', this.stack];
    // its event log is behind Pulumi's flag for its own commands, as the Automation API has it
    const environment = { PULUMI_DEBUG_COMMANDS: 'true', ...options?.environment };
    const run = await this.pulumi([...command, ...args], { ...options, environment }).catch(
      (error: unknown) => {
        following.stop();
        throw error;
      },
    );
    const events = following.stop();
    rmSync(file, { force: true });
    return { ...run, events };
  }

  destroy(args: string[] = [], options?: PulumiOptions): Promise<PulumiRun> {
    return this.pulumi(['destroy', '--yes', '--skip-preview', '--stack', this.stack, ...args], options);
  }

  async outputs(): Promise<Record<string, unknown>> {
    return JSON.parse((await this.#must(['stack', 'output', '--json', '--stack', this.stack])).stdout);
  }

  /** The state as it is stored, secrets encrypted. */
  async state(): Promise<string> {
    return (await this.#must(['stack', 'export', '--stack', this.stack])).stdout;
  }

  /** Sets the flag: the runtime of all services. */
  flag(runtime: string): { diff: string } {
    const file = `Pulumi.${this.stack}.yaml`;
    const before = this.project.read(file);
    this.project.edit(file, /^( *cortex:runtime:) .*$/m, `$1 ${runtime}`);
    return { diff: Project.diff(file, before, this.project.read(file)) };
  }

  /** The machine that the stack made. */
  get vm(): Vm {
    return this.machines.vm(`cortex-${this.stack}`);
  }

  /** How a person goes on by hand with a rehearsal that is kept. */
  invitation(): string {
    const shown = [
      'PATH',
      'PULUMI_HOME',
      // where there is no internet, Pulumi would wait for it for seconds
      'PULUMI_SKIP_UPDATE_CHECK',
      'PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION',
      'PULUMI_BACKEND_URL',
      'PULUMI_CONFIG_PASSPHRASE',
      'PULUMI_DEBUG_PROVIDERS',
      'CORTEX_REHEARSAL',
    ];
    const { environment } = this;
    const own = this.edge.routes.list().map((hostname) => `  http://${hostname}:${this.edge.publicPort}/`);
    return [
      'The stack runs:',
      ...own,
      'To work on it in another shell:',
      `  cd ${this.project.directory}`,
      ...shown.map((name) => `  export ${name}='${environment[name]}'`),
      `  pulumi preview --stack ${this.stack}`,
      'Ctrl-C ends it and leaves nothing behind.',
    ].join('\n');
  }

  /** The next run opens connections of its own, as the first of a day does. */
  forgetConnections(): void {
    rmSync(join(this.directory, `containerhost-${userInfo().uid}`), { recursive: true, force: true });
  }

  /** What is in one of the simulated clouds, as JSON. */
  cloud(name: 'gcp' | 'cloudflare'): string {
    return readFileSync(join(this.directory, 'clouds', `${name}.json`), 'utf8');
  }

  /** Scripts' round trips to the host since the last call: what each was for. */
  trips(): string[] {
    const file = join(this.directory, 'trace');
    const lines = existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n').filter(Boolean) : [];
    rmSync(file, { force: true });
    return lines.map((line) => line.split(' ')[0] ?? '');
  }

  async #must(args: string[], options: PulumiOptions = {}): Promise<PulumiRun> {
    const result = await this.pulumi(args, options);
    if (result.code !== 0)
      throw new Error(`pulumi ${args.slice(0, 2).join(' ')} ended with ${result.code}:\n${result.output}`);
    return result;
  }

  /** Ends everything of the rehearsal and leaves nothing of it on this machine. */
  async close(): Promise<void> {
    await this.#clouds.close();
    await this.edge.close();
    await this.machines.destroyAll();
    rmSync(this.directory, { recursive: true, force: true });
  }
}

/** What every command of a rehearsal finds in its environment: the stand-in for gcloud before a real one. */
function surroundings(directory: string, project: Project): Record<string, string> {
  const environment = pulumiEnvironment();
  return {
    ...environment,
    PATH: `${join(project.directory, 'rehearsal', 'bin')}:${environment.PATH}`,
    CORTEX_REHEARSAL: directory,
    // the sockets of SSH connections, which outlive a run, go with the rehearsal
    XDG_RUNTIME_DIR: directory,
    // each `pulumi` starts Node three times on the same modules
    NODE_COMPILE_CACHE: join(directory, 'compiled'),
  };
}

function tunnelConfig(project: Project, stack: string): { zoneId?: string } {
  const zoneId = /zoneId: *"?([0-9a-f]+)/.exec(project.read(`Pulumi.${stack}.yaml`))?.[1];
  return zoneId === undefined ? {} : { zoneId };
}

/** An address of this machine that its VMs reach: they route everything through it. */
function ownAddress(): string {
  for (const [name, addresses] of Object.entries(networkInterfaces())) {
    for (const { family, internal, address } of addresses ?? []) {
      if (family === 'IPv4' && !internal && !/^(ve-|vb-|cortex|docker|br-|virbr)/.test(name)) return address;
    }
  }
  throw new Error(
    'this machine has no network address besides loopback, so no VM could reach the edge: give it one',
  );
}
