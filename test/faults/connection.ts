import type { Fault, Stage } from './fault.ts';
import { step } from './steps.ts';

/** What happens to SSH. */

/** Every session that is open: the one end is dead, and the other hears of it. */
const cut = `ss -Htnp state established '( sport = :22 )' | grep -o 'pid=[0-9]*' | cut -d= -f2 | sort -u | xargs -r kill -9`;

async function cutAt({ begin, rehearsal }: Stage, at: RegExp): Promise<void> {
  const up = begin();
  await up.reaches(at);
  await rehearsal.vm.exec(cut);
  const { code, output } = await up.ended;
  if (code === 0) throw new Error(`the connection was cut and up ended well:\n${output}`);
}

const cutWhileStarting: Fault = {
  name: 'SSH is cut while an instance is started',
  strike: (stage) => cutAt(stage, step.starts),
  outage: 0,
};

const many = 20_000;

export const connection: Fault[] = [
  {
    name: 'SSH is cut while an instance is deleted',
    strike: (stage) => cutAt(stage, step.deletes),
    outage: 0,
  },
  cutWhileStarting,
  {
    name: 'SSH is cut while old ones are removed',
    strike: (stage) => cutAt(stage, step.clearsAway),
    outage: 0,
  },
  {
    name: `SSH is cut while ${many} files change their owner`,
    strike: async (stage) => {
      const { vm, stack } = stage.rehearsal;
      const directory = `/srv/containerhost/${stack}/volumes/admin-data`;
      await vm.exec(
        `cd ${directory}/data && mkdir -p many && cd many && seq ${many} | xargs touch && chown -R --reference=.. .`,
      );
      const up = stage.begin();
      await up.reaches(step.startsAdmin);
      await vm.exec(`for i in $(seq 500); do [ ! -e ${directory}/shift ] || break; sleep 0.01; done; ${cut}`);
      await up.ended;
    },
    // the files may go once it has gone back: of one that is parked nobody may change the data
    alone: 120,
    mend: async ({ rehearsal: { vm, stack } }) => {
      await vm.exec(`rm -rf /srv/containerhost/${stack}/volumes/admin-data/data/many`);
    },
    outage: 0,
  },
];
