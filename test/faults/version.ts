import type { Fault, Stage } from './fault.ts';

/** What is wrong with a new version. */

const good = '1.4.2';

function bump({ rehearsal }: Stage, service: string, from: string, to: string): void {
  rehearsal.project.edit('compose.yaml', `97layer/${service}:${from}`, `97layer/${service}:${to}`);
}

interface Wrong {
  what: string;
  version: string;
  /** how `up` has to end */
  ends: 'well' | 'badly';
  outage: number;
}

const wrongs: Wrong[] = [
  { what: 'never becomes healthy', version: '1.4.4-broken', ends: 'badly', outage: 0 },
  { what: 'crashes at once, again and again', version: '1.4.5-crash', ends: 'badly', outage: 0 },
  { what: 'needs eight seconds to start', version: '1.4.6-slow-start', ends: 'well', outage: 0 },
  // what is under way when it dies is lost, each time, until there is a better one
  { what: 'is healthy and dies every five seconds', version: '1.4.7-die-later', ends: 'well', outage: 180 },
];

const kinds = [
  { service: 'cortex-dashboard', kind: 'rolling service' },
  { service: 'cortex-admin', kind: 'single writer' },
];

export const version: Fault[] = kinds.flatMap(({ service, kind }) =>
  wrongs.map(({ what, version, ends, outage }) => ({
    name: `the new version of a ${kind} ${what}`,
    strike: async (stage) => {
      bump(stage, service, good, version);
      stage.struck();
      const { code, output } = await stage.begin().ended;
      if ((code === 0) !== (ends === 'well'))
        throw new Error(`up ended with ${code}, expected ${ends}:\n${output}`);
    },
    mend: async (stage) => bump(stage, service, version, good),
    outage,
  })),
);
