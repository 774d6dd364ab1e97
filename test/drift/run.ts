import type { Rehearsal } from '../../rehearsal/rehearsal.ts';
import type { RuntimeName } from '../../spec/service.ts';
import { well } from '../e2e/rehearse.ts';
import { script, type Tampering } from './tampering.ts';

/** What became of one kind of tampering. */
export interface Result {
  what: string;
  /** the resource named the property, old → new */
  detected: boolean;
  /** and whose change it is, or that it is left alone */
  attributed: boolean;
  /** a preview after `up` is clean, or what is none of the stack's is still there */
  mended: boolean;
}

/**
 * Does all of it to a stack, looks at one preview, runs `up` once and looks at another preview.
 *
 * @param meanwhile what else is to be looked at before `up`
 * @returns what became of each that this runtime knows, and both previews
 */
export async function tamper(
  rehearsal: Rehearsal,
  runtime: RuntimeName,
  tamperings: readonly Tampering[],
  meanwhile: () => Promise<void> = async () => {},
): Promise<{ results: Result[]; named: string; after: string }> {
  const { vm, stack } = rehearsal;
  const known = tamperings.filter(({ done }) => done[runtime]);
  const services = [...new Set(known.map(({ service }) => service))];
  for (const service of services) {
    await vm.exec(
      script(
        stack,
        runtime,
        known.filter((each) => each.service === service),
      ),
    );
  }
  // without --diff: a message stands below the resource that tells it
  const preview = ['preview', '--expect-no-changes', '--stack', stack];
  const named = await rehearsal.pulumi(preview);
  if (named.code !== 7 && known.some(({ left }) => !left))
    throw new Error(`the preview ended with ${named.code}, expected 7:\n${named.output}`);
  await meanwhile();
  well(await rehearsal.up());
  const left = new Map<Tampering, boolean>();
  for (const each of known) {
    if (each.left)
      left.set(each, (await vm.exec(`${each.left} && echo yes`, { tolerate: true })).includes('yes'));
    if (each.undo) await vm.exec(each.undo, { tolerate: true });
  }
  const after = await rehearsal.pulumi(preview);
  const results = known.map((each) => {
    const told = tellings(named.output, each);
    return {
      what: each.what,
      detected: told.length > 0 && !(each.hides && named.output.includes(each.hides)),
      attributed: told.some((line) => /someone changed it on the host|left alone/.test(line)),
      mended: left.get(each) ?? after.code === 0,
    };
  });
  return { results, named: named.output, after: after.output };
}

/** The lines in which a preview tells of it, among those of the resource that has to. */
function tellings(output: string, { service, resource = service, names }: Tampering): string[] {
  const blocks = output.slice(output.indexOf('\nDiagnostics:')).split(/\n {2}(?=containerhost:)/);
  return blocks
    .filter((block) => block.split('\n', 1)[0]?.includes(`(${resource})`))
    .flatMap((block) => block.split('\n'))
    .filter((line) => line.includes(names));
}

/** One line of figures, as the README has them. */
export function figures(runtime: RuntimeName, results: readonly Result[]): string {
  const count = (key: 'detected' | 'attributed' | 'mended') => results.filter((each) => each[key]).length;
  return `${runtime}: ${results.length} kinds, ${count('detected')} detected, ${count('attributed')} attributed, ${count('mended')} mended`;
}
