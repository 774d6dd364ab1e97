import { type Fault, type Stage, setFlag } from './fault.ts';
import { step } from './steps.ts';

/** What happens to `pulumi` itself. */

async function killAt({ begin, rehearsal }: Stage, at: RegExp): Promise<void> {
  const up = begin();
  await up.reaches(at);
  up.signal('SIGKILL');
  await up.ended;
  await unlock(rehearsal);
}

/** A pulumi that was killed leaves its lock. */
async function unlock(rehearsal: Stage['rehearsal']): Promise<void> {
  await rehearsal.pulumi(['cancel', '--yes', '--stack', rehearsal.stack]);
}

const killed: Fault[] = [
  { when: 'deletes a single writer', at: step.deletes },
  { when: 'has deleted it', at: step.hasDeleted },
  { when: 'reserves what its successor needs', at: step.reserves },
  { when: 'starts its successor', at: step.starts },
  { when: 'has its successor', at: step.hasStarted },
  { when: 'switches to it', at: step.switches },
  { when: 'has switched to it', at: step.hasSwitched },
  { when: 'starts a rolling instance', at: step.startsRolling },
  { when: 'has a rolling instance', at: step.hasStartedRolling },
  { when: 'switches to the rolling instance', at: step.switchesRolling },
  { when: 'has switched to the rolling instance', at: step.hasSwitchedRolling },
  { when: 'starts the connector', at: step.startsConnector },
  { when: 'switches to the connector', at: step.switchesConnector },
  { when: 'clears the old ones away', at: step.clearsAway },
  { when: 'has cleared them away', at: step.hasClearedAway },
].map(({ when, at }) => ({
  name: `pulumi is killed when it ${when}`,
  strike: (stage) => killAt(stage, at),
  outage: 0,
}));

/** Nobody runs `up` again: the host itself goes back to what served. */
const left: Fault[] = [
  { when: 'has deleted a single writer', at: step.hasDeletedAdmin },
  { when: 'starts its successor', at: step.startsAdmin },
].map(({ when, at }) => ({
  name: `pulumi is killed when it ${when}, and nobody goes on`,
  strike: (stage) => killAt(stage, at),
  outage: 0,
  alone: 120,
}));

const cancelled: Fault = {
  name: '`up` is cancelled by Ctrl-C',
  strike: async ({ begin }) => {
    const up = begin();
    await up.reaches(step.starts);
    up.signal('SIGINT');
    const { code, output } = await up.ended;
    if (code === 0) throw new Error(`up was cancelled and ended well:\n${output}`);
  },
  outage: 0,
};

export const flippedBack: Fault = {
  name: 'the flag is flipped back while half of the services have moved',
  strike: async ({ begin, rehearsal, from }) => {
    const up = begin();
    await up.reaches(step.startsAdmin);
    setFlag(rehearsal, from);
    up.signal('SIGINT');
    await up.ended;
  },
  settlesOn: 'from',
  outage: 0,
};

const twice: Fault = {
  name: 'two `up`s at once',
  strike: async ({ begin, rehearsal }) => {
    const up = begin();
    await up.reaches(step.starts);
    const { code, output } = await rehearsal.up();
    if (code === 0 || !output.includes('locked')) throw new Error(`the second up was let in:\n${output}`);
    await up.ended;
  },
  outage: 0,
};

const unlocked: Fault = {
  name: 'two `up`s at once, the lock taken away by `pulumi cancel`',
  strike: async ({ begin, rehearsal }) => {
    const first = begin();
    await first.reaches(step.starts);
    await unlock(rehearsal);
    const second = begin();
    await Promise.all([first.ended, second.ended]);
    await unlock(rehearsal);
  },
  outage: 0,
};

export const deployment: Fault[] = [...killed, ...left, cancelled, flippedBack, twice, unlocked];
