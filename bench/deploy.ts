import type { Rehearsal } from '../rehearsal/rehearsal.ts';
import type { Screen } from '../rehearsal/screen.ts';
import type { Bare } from './bare.ts';
import { Changes } from './changes.ts';
import { shown } from './preview.ts';
import type { Measurement, Pair } from './result.ts';
import { well } from './well.ts';

const pairs = 3;

/**
 * Five services that are not there, on a host where all else is: machine, set-up, images, data. Ours is all of
 * `pulumi up`, program and reading of the host included; the bare tool's is its one command.
 */
export async function measureDeploy(
  rehearsal: Rehearsal,
  runtime: string,
  bare: Bare,
  screen: Screen,
): Promise<Measurement[]> {
  const whole: Pair[] = [];
  const changes: Pair[] = [];
  for (let i = 1; i <= pairs; i++) {
    await removeServices(rehearsal);
    const bareSeconds = await bare.deploy();
    await bare.remove();
    const changed = new Changes();
    const up = well(await rehearsal.up([], { onLine: (line) => changed.line(line) }));
    const pair = { ours: up.seconds, bare: bareSeconds };
    whole.push(pair);
    changes.push({ ours: changed.seconds, bare: bareSeconds });
    screen.say(`pair ${i} of ${pairs}: ${shown(pair)}`);
  }
  return [
    { name: `deploy five services, ${runtime}`, pairs: whole, goal: 2 },
    { name: '  of it: changes on the host', pairs: changes },
  ];
}

/** Instances and slots go; addresses, listeners and data of the stack are what `destroy` of them leaves. */
async function removeServices(rehearsal: Rehearsal): Promise<void> {
  const { deployment } = JSON.parse(await rehearsal.state()) as {
    deployment: { resources: { urn: string; type: string }[] };
  };
  const urns = deployment.resources
    .filter(({ type }) => /^containerhost:index:(Instance|Slot)$/.test(type))
    .map(({ urn }) => urn);
  const expected = 2 * 5;
  if (urns.length !== expected)
    throw new Error(`the stack has ${urns.length} instances and slots, expected ${expected}`);
  well(await rehearsal.destroy(urns.flatMap((urn) => ['--target', urn])));
}
