/** A process of the VM. */
export interface Process {
  pid: number;
  parent: number;
  uid: number;
  name: string;
  /** proportional set size: of what it shares with others, its share; kB */
  kb: number;
}

/** kB by what the processes are there for. */
export interface Memory {
  docker: number;
  podman: number;
  dockerServices: number;
  podmanServices: number;
  all: number;
}

const separator = 'sample';

/** Shell: prints every process of the machine, again and again until the file is there. */
export function sampleUntil(file: string, everySeconds: number): string {
  return [
    `while [ ! -e ${file} ]; do`,
    `  echo ${separator}`,
    "  grep -sE '^(Name|PPid|Uid):' /proc/[0-9]*/status",
    "  grep -s '^Pss:' /proc/[0-9]*/smaps_rollup",
    `  sleep ${everySeconds}`,
    'done',
    `rm ${file}`,
  ].join('\n');
}

/** What the script above printed, sample by sample. A process that ended meanwhile, and the kernel's, have no size. */
export function parseSamples(printed: string): Process[][] {
  return printed
    .split(`${separator}\n`)
    .slice(1)
    .map((sample) => {
      const found = new Map<number, Partial<Process>>();
      for (const [, pid = '', key, value = ''] of sample.matchAll(/^\/proc\/(\d+)\/\w+:(\w+):\s*(.*)$/gm)) {
        const process = found.get(Number(pid)) ?? { pid: Number(pid) };
        found.set(Number(pid), process);
        if (key === 'Name') process.name = value;
        if (key === 'PPid') process.parent = Number(value);
        if (key === 'Uid') process.uid = Number.parseInt(value, 10);
        if (key === 'Pss') process.kb = Number.parseInt(value, 10);
      }
      return [...found.values()].filter(isWhole);
    });
}

function isWhole(process: Partial<Process>): process is Process {
  const { name, parent, uid, kb } = process;
  return name !== undefined && parent !== undefined && uid !== undefined && kb !== undefined;
}

/** Names are cut off after 15 characters by the kernel. */
const ofDocker = /^(dockerd|containerd|containerd-shim|docker-proxy|docker|docker-compose|docker-init|runc)$/;
const ofPodman =
  /^(podman|conmon|pasta(\.avx2)?|aardvark-dns|netavark|slirp4netns|rootlessport(-c.*)?|catatonit|fuse-overlayfs|crun)$/;

/**
 * A service is what descends from a shim of Docker's or a conmon of Podman's. Podman has no engine: besides its
 * helpers it needs the account's own systemd and message bus, so that all else of the account is Podman's.
 *
 * @param account uid of the rootless account
 */
export function memoryOf(processes: readonly Process[], account: number): Memory {
  const byPid = new Map(processes.map((process) => [process.pid, process]));
  const memory = { docker: 0, podman: 0, dockerServices: 0, podmanServices: 0, all: 0 };
  for (const process of processes) {
    memory.all += process.kb;
    const keeper = keeperOf(process, byPid);
    if (keeper === 'containerd-shim') memory.dockerServices += process.kb;
    else if (keeper === 'conmon') memory.podmanServices += process.kb;
    else if (ofDocker.test(process.name)) memory.docker += process.kb;
    else if (ofPodman.test(process.name) || process.uid === account) memory.podman += process.kb;
  }
  return memory;
}

/** What keeps the container that a process is in. An engine's own tools are in none, whoever started them. */
function keeperOf(process: Process, byPid: ReadonlyMap<number, Process>): string | undefined {
  if (ofDocker.test(process.name) || ofPodman.test(process.name)) return undefined;
  for (let at = byPid.get(process.parent); at; at = byPid.get(at.parent)) {
    if (at.name === 'containerd-shim' || at.name === 'conmon') return at.name;
  }
  return undefined;
}
