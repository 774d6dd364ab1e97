import { setTimeout as sleep } from 'node:timers/promises';
import { type Bench, other } from './bench.ts';
import { account } from './hostFiles.ts';
import { type Memory, memoryOf, parseSamples, sampleUntil } from './processes.ts';
import { type Idle, median, type Overlap } from './result.ts';

/** Containers are up, health checks have run for the first time, and what a deployment needed has ended. */
const settleMs = 15_000;
const idleMs = 10_000;

const everySeconds = 0.4;

/** What the services and their runtime take under each, and how much more there is while a flip goes on. */
export async function measureMemory(bench: Bench): Promise<(Idle | Overlap)[]> {
  const found: (Idle | Overlap)[] = [];
  for (let i = 0; i < 2; i++) {
    const from = bench.runtime;
    await sleep(settleMs);
    const before = await sampled(bench, () => sleep(idleMs));
    const steady = (key: keyof Memory) => mb(median(before.map((memory) => memory[key])));
    found.push({
      kind: 'idle',
      runtime: from,
      runtimeMb: steady(from),
      servicesMb: steady(`${from}Services`),
    });
    const during = await sampled(bench, () => bench.flip());
    const peak = mb(Math.max(...during.map(({ all }) => all)));
    const name = `memory of a flip, ${from} to ${other(from)}`;
    found.push({ kind: 'overlap', name, steadyMb: steady('all'), peakMb: peak });
    bench.screen.say(
      `${from}: ${steady(from)} MB, its services ${steady(`${from}Services`)} MB; the VM ${steady('all')} MB, ` +
        `in the flip ${peak} MB at most (${during.length} samples)`,
    );
  }
  return found;
}

/** The VM's memory while something goes on, looked at from within. */
async function sampled({ rehearsal: { vm } }: Bench, work: () => Promise<unknown>): Promise<Memory[]> {
  const stop = '/run/bench-stop';
  const uid = Number(await vm.exec(`id -u ${account}`));
  const printing = vm.exec(sampleUntil(stop, everySeconds));
  try {
    await work();
  } finally {
    await vm.exec(`touch ${stop}`);
  }
  const samples = parseSamples(await printing);
  if (samples.length === 0) throw new Error("the VM's processes were not looked at once");
  return samples.map((processes) => memoryOf(processes, uid));
}

const mb = (kb: number) => Math.round(kb / 1024);
