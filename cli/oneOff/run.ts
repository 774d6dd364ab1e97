import { directories } from '../../provider/directories.ts';
import type { Host } from '../../provider/inputs.ts';
import { mountDirectories } from '../../provider/instanceFiles.ts';
import type { Attached } from '../../provider/ssh/shell.ts';
import { words } from '../../provider/words.ts';
import { ownerOnDisk } from '../../runtimes/idmap.ts';
import { type OneOff, oneOffArgv } from '../../runtimes/oneOff.ts';
import type { RenderContext } from '../../runtimes/runtime.ts';
import type { RuntimeName } from '../../spec/service.ts';
import type { Context } from '../context.ts';
import { CliError, exit } from '../exit.ts';
import { engineFunction, hostFunctions, linesOf, outcome } from '../remote.ts';
import { hostOf, type Stack } from '../stack.ts';
import type { AppliedService } from '../state.ts';
import { bring, send } from './folder.ts';
import type { Volume } from './volume.ts';

export interface OneOffArgs
  extends Pick<OneOff, 'name' | 'image' | 'command' | 'environment' | 'workingDir'> {
  runtime: RuntimeName;
  /** run it as this service is */
  like: AppliedService | undefined;
  volumes: readonly Volume[];
}

/** What the host told when it began to watch over the one-off. */
interface Watch {
  /** a folder of the host that goes with it */
  work: string;
  runtime: RuntimeName;
  instance: string;
  addresses: Record<string, string>;
  /** lets the host clear up, and waits until it has */
  end(): Promise<void>;
}

/** @returns the command's exit code */
export async function runOneOff(context: Context, stack: Stack, args: OneOffArgs): Promise<number> {
  const host = hostOf(stack);
  const named = checkVolumes(stack, args.volumes);
  const watch = await watchOver(stack, host, args);
  try {
    const spec = args.like?.spec;
    const owner = ownerOnDisk(watch.runtime, spec?.user ?? null, host.account);
    const folders = args.volumes.filter((volume) => volume.kind === 'folder');
    const sent = [];
    for (const [index, { path, target, readOnly }] of folders.entries()) {
      const source = `${watch.work}/${index}`;
      await send(stack, host, path, source, owner);
      sent.push({ path, source, target, readOnly });
    }
    const tty = context.interactive && context.out.terminal;
    const binds = [...sent, ...named.map((each) => ({ ...each, readOnly: true }))];
    const argv = oneOffArgv(
      watch.runtime,
      { ...args, tty, binds },
      renderContext(stack, host, args, watch),
      spec,
    );
    const script = `echo $$ >${words([`${watch.work}/pid`])}\ncd /\nexec ${words(argv)}`;
    const attached = await stack.hosts.attach(stack.name, host, script, { tty, stdio: 'inherit' });
    const code = await outcome(attached);
    const interrupted = attached.process.signalCode !== null;
    for (const each of interrupted ? [] : sent)
      if (!each.readOnly) await bring(stack, host, each.source, each.path);
    return code;
  } finally {
    await watch.end();
  }
}

/** Where the stack's volumes are that are named. @throws {CliError} for one that no service has */
function checkVolumes(stack: Stack, volumes: readonly Volume[]): { source: string; target: string }[] {
  const mounts = Object.values(stack.state.services).flatMap(({ spec }) => spec?.mounts ?? []);
  const known = new Set(mounts.flatMap((mount) => (mount.kind === 'volume' ? mount.volume : [])));
  return volumes.flatMap((each) => {
    if (each.kind !== 'volume') return [];
    if (known.has(each.volume))
      return { source: `${directories.volume(stack.name, each.volume)}/data`, target: each.target };
    const names = [...known].sort().join(', ') || 'none';
    throw new CliError(
      `-v '${each.volume}': stack '${stack.name}' has no such volume; it has ${names}. A folder of yours is written with a slash: ./${each.volume}`,
      exit.usage,
    );
  });
}

async function watchOver(stack: Stack, host: Host, { name, runtime, like }: OneOffArgs): Promise<Watch> {
  const script = [
    'set -eu',
    `runtime=${runtime}`,
    hostFunctions('serving'),
    engineFunction(host.account),
    hostFunctions('oneOff'),
    // the secrets are those of the instance that serves, under the runtime that has them
    ...(like?.spec ? [`serving ${words([stack.name, like.spec.name])}`] : []),
    `watch_over ${words([name])}`,
  ].join('\n');
  const attached = await stack.hosts.attach(stack.name, host, script, {
    tty: false,
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const told: Omit<Watch, 'end'> = { work: '', runtime, instance: '', addresses: {} };
  for await (const line of linesOf(attached.process.stdout)) {
    const [what, first = '', second = '', third = ''] = line.split(' ');
    if (what === 'work') told.work = first;
    if (what === 'runtime') told.runtime = first as RuntimeName;
    if (what === 'instance') told.instance = first;
    if (what === 'address' && first === stack.name) told.addresses[second] = third;
    if (what === 'ready') return { ...told, end: () => letGo(attached) };
  }
  await attached.ended;
  throw new CliError('the host could not begin; see above', exit.notRun);
}

/** Ctrl-C may have taken the connection already: the host clears up all the same. */
async function letGo({ process: child, ended }: Attached): Promise<void> {
  child.stdin?.end();
  await ended.catch(() => undefined);
}

function renderContext(stack: Stack, host: Host, { like }: OneOffArgs, watch: Watch): RenderContext {
  const spec = like?.spec;
  const mine = spec ? [spec.name, ...spec.peers] : [];
  return {
    stack: stack.name,
    instance: watch.instance,
    directory: spec ? directories.instance(stack.name, spec.name, watch.instance) : '',
    account: host.account,
    addresses: Object.fromEntries(Object.entries(watch.addresses).filter(([name]) => mine.includes(name))),
    ports: {},
    ...(spec ? mountDirectories(stack.name, spec) : { volumes: {}, projects: {} }),
    digest: '',
  };
}
