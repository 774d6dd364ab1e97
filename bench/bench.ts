import type { PulumiRun, Rehearsal } from '../rehearsal/rehearsal.ts';
import type { Screen } from '../rehearsal/screen.ts';
import { type Bare, bareDocker, barePodman } from './bare.ts';
import { Changes } from './changes.ts';
import type { UpSeconds } from './pair.ts';
import { type BareProgram, emptyProgram } from './program.ts';
import { well } from './well.ts';

export type Runtime = 'docker' | 'podman';
export const runtimes: readonly Runtime[] = ['docker', 'podman'];
export const other = (runtime: Runtime): Runtime => (runtime === 'docker' ? 'podman' : 'docker');

/** What all parts measure: one stack on one throwaway VM, and the bare tools on the same. */
export class Bench {
  readonly rehearsal: Rehearsal;
  readonly screen: Screen;
  readonly #bare: Record<Runtime, Bare>;
  #prepared = false;
  #empty: Promise<BareProgram> | undefined;
  #runtime: Runtime;

  private constructor(rehearsal: Rehearsal, screen: Screen, runtime: Runtime) {
    const { vm, project, token } = rehearsal;
    this.rehearsal = rehearsal;
    this.screen = screen;
    this.#runtime = runtime;
    this.#bare = { docker: bareDocker(vm, project, token), podman: barePodman(vm, project, token) };
  }

  /** Deploys the stack that is measured. */
  static async deploy(rehearsal: Rehearsal, screen: Screen): Promise<Bench> {
    rehearsal.flag('docker');
    await upWell(rehearsal, screen);
    return new Bench(rehearsal, screen, 'docker');
  }

  /** where the services are */
  get runtime(): Runtime {
    return this.#runtime;
  }

  /** The bare tools, their files in place. */
  async bare(): Promise<Record<Runtime, Bare>> {
    if (!this.#prepared) for (const tool of Object.values(this.#bare)) await tool.prepare();
    this.#prepared = true;
    return this.#bare;
  }

  /** A program without a resource. */
  empty(): Promise<BareProgram> {
    this.#empty ??= emptyProgram(this.rehearsal);
    return this.#empty;
  }

  /** `pulumi up` of what the files say now, in seconds: all of it, and of it the changes on the host. */
  async up(): Promise<UpSeconds> {
    const changes = new Changes();
    const { seconds } = await upWell(this.rehearsal, this.screen, (line) => changes.line(line));
    return { ours: seconds, changes: changes.seconds };
  }

  /** Changes the flag, and moves all services there. */
  async flip(): Promise<UpSeconds> {
    const to = other(this.#runtime);
    this.rehearsal.flag(to);
    const up = await this.up();
    this.#runtime = to;
    return up;
  }

  /** Nothing is done where the services are there. */
  async moveTo(runtime: Runtime): Promise<void> {
    if (runtime !== this.#runtime) await this.flip();
  }

  /** Instances and slots go; addresses, listeners and data of the stack are what `destroy` of them leaves. */
  async removeServices(): Promise<void> {
    const { deployment } = JSON.parse(await this.rehearsal.state()) as {
      deployment: { resources: { urn: string; type: string }[] };
    };
    const urns = deployment.resources
      .filter(({ type }) => /^containerhost:index:(Instance|Slot)$/.test(type))
      .map(({ urn }) => urn);
    const expected = 2 * 5;
    if (urns.length !== expected)
      throw new Error(`the stack has ${urns.length} instances and slots, expected ${expected}`);
    well(await this.rehearsal.destroy(urns.flatMap((urn) => ['--target', urn])));
  }
}

async function upWell(
  rehearsal: Rehearsal,
  screen: Screen,
  onLine?: (line: string) => void,
): Promise<PulumiRun> {
  const seen = (line: string) => {
    screen.detail(line);
    onLine?.(line);
  };
  return well(await rehearsal.up([], { onLine: seen }));
}
