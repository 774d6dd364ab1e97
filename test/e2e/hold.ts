import type { Vm } from '../../rehearsal/vm/vm.ts';

/** The host's own functions, as it has them, without the command that they end in. */
const library = 'head -n -1 /usr/local/sbin/containerhost >/run/library; . /run/library\n';

/** Parks who serves, as the creation of a successor does, and then nobody goes on. */
export async function beginHold(vm: Vm, stack: string, service: string): Promise<void> {
  const script = `use_service ${stack} ${service}; arm 300; park "$(record "$service_dir/slot")"`;
  await bash(vm, `${library}${script}`);
}

/** Nobody has gone on in time: the host's own timer brings back who is parked. */
export async function endHold(vm: Vm, stack: string, service: string): Promise<void> {
  await bash(vm, `${library}use_service ${stack} ${service}; arm 1`);
}

async function bash(vm: Vm, script: string): Promise<string> {
  return vm.exec('bash -s', { input: script });
}

/** One answer as curl saw it. */
export interface Answer {
  status: number;
  retryAfter: string;
  seconds: number;
}

/** Sends requests at the same time, from the host itself; `options` are curl's. */
export async function askAtOnce(vm: Vm, url: string, count: number, options = ''): Promise<Answer[]> {
  const format = '%{http_code};%header{retry-after};%{time_total}\\n';
  const urls = Array.from({ length: count }, () => `--output /dev/null ${url}`).join(' ');
  const out = await vm.exec(
    `curl --silent --max-time 120 --parallel --parallel-immediate --parallel-max ${count} --write-out '${format}' ${options} ${urls} || true`,
  );
  return out
    .trim()
    .split('\n')
    .map((line) => line.split(';'))
    .map(([status, retryAfter = '', seconds]) => ({
      status: Number(status),
      retryAfter,
      seconds: Number(seconds),
    }));
}

/** A line to a port that is no HTTP, and the line that comes back. */
export async function askLine(vm: Vm, port: number): Promise<string> {
  return bash(vm, `exec 3<>/dev/tcp/127.0.0.1/${port}; echo hello >&3; timeout 60 head -n 1 <&3`);
}

/** How many are there: by status. */
export function statuses(answers: readonly Answer[]): Record<string, number> {
  const count: Record<string, number> = {};
  for (const { status } of answers) count[status] = (count[status] ?? 0) + 1;
  return count;
}
