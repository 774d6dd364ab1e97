// A process of its own, started by processes.ts, so that looking takes no time from what is looked at. It looks
// until its standard input ends, and prints what it saw as JSON: places.
import { readdirSync, readFileSync } from 'node:fs';

/** How often new processes are looked for, and how long one counts as new: until then it may run another program. */
const tickMs = 5;
const newMs = 500;

const texts = new Map<string, string>();
const since = new Map<string, number>();

function look(): void {
  const now = performance.now();
  const pids = new Set(readdirSync('/proc').filter((name) => /^\d+$/.test(name)));
  for (const pid of since.keys()) if (!pids.has(pid)) since.delete(pid);
  for (const pid of pids) {
    const first = since.get(pid) ?? now;
    since.set(pid, first);
    if (now - first <= newMs) note(pid);
  }
}

function note(pid: string): void {
  const argv = read(pid, 'cmdline');
  const program = argv.slice(0, argv.search(/\0|$/));
  texts.set(`argv of ${pid} ${program}`, argv);
  const environment = read(pid, 'environ').split('\0');
  texts.set(
    `environment of ${pid} ${program}`,
    environment.filter((entry) => !entry.startsWith('PULUMI_CONFIG=')).join('\n'),
  );
}

/** Empty once the process is gone. */
function read(pid: string, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch {
    return '';
  }
}

look();
process.stdout.write('\n');
const timer = setInterval(look, tickMs);
process.stdin.resume().once('end', () => {
  clearInterval(timer);
  process.stdout.write(JSON.stringify([...texts].map(([name, text]) => ({ name, text }))));
});
