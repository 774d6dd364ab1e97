import { createHash } from 'node:crypto';
import { idRanges, ownerOnDisk } from '../runtimes/idmap.ts';
import type { RenderContext, Rendered } from '../runtimes/runtime.ts';
import { type Mount, type ServiceSpec, secretNames } from '../spec/service.ts';
import { drainSeconds, healthSeconds, patienceSeconds } from '../spec/timing.ts';
import { directories } from './directories.ts';
import type { Host, InstanceInputs } from './inputs.ts';
import { projectArchive } from './projectArchive.ts';
import { words } from './words.ts';

/** Where the volumes and the delivered parts of the project are that a service mounts. */
export function mountDirectories(
  stack: string,
  spec: ServiceSpec,
): Pick<RenderContext, 'volumes' | 'projects'> {
  const volumes: Record<string, string> = {};
  const projects: Record<string, string> = {};
  for (const mount of spec.mounts) {
    if (mount.kind === 'volume') volumes[mount.volume] = placeOf(stack, mount).source;
    if (mount.kind === 'project') projects[mount.source] = placeOf(stack, mount).source;
  }
  return { volumes, projects };
}

/** As much of an instance as its records tell. */
export interface Recorded extends Pick<InstanceInputs, 'stack' | 'spec' | 'runtime' | 'probe'> {
  host: Pick<Host, 'account'>;
}

/** What the host's own functions need to know of an instance, beside the files of its runtime. */
export function instanceRecords(inputs: Recorded): Record<string, string> {
  const { spec, runtime, probe } = inputs;
  return {
    runtime,
    rollout: spec.rollout,
    account: inputs.host.account.name,
    drain: `${drainSeconds(spec)}`,
    patience: `${patienceSeconds(spec)}`,
    'health-deadline': `${healthSeconds(spec)}`,
    volumes: volumeLines(inputs),
    mapping: mappingLines(inputs),
    data: dataLines(inputs),
    'secret-names': secretNames(spec)
      .map((secret) => `${secret}\n`)
      .join(''),
    ...(probe && { probe: JSON.stringify(probe) }),
  };
}

function owner({ runtime, spec, host }: Recorded): { uid: number; gid: number } {
  return ownerOnDisk(runtime, spec.user, host.account);
}

/** `<rw|ro> <host uid> <host gid> <directory>`: the owners that the service's user has on the host. */
function volumeLines(inputs: Recorded): string {
  const { uid, gid } = owner(inputs);
  return dataDirectories(inputs.stack, inputs.spec)
    .map(({ directory, readOnly }) => `${readOnly ? 'ro' : 'rw'} ${uid} ${gid} ${directory}\n`)
    .join('');
}

/** Contents of a directory that holds less are compared by hash. */
const hashBelowBytes = 64 * 1024 * 1024;

/** A line for each directory that the instance mounts, as host/data.sh reads it. */
function dataLines({ stack, spec }: Recorded): string {
  const found = new Map<string, { kind: string; limit: number; mounts: DataMount[] }>();
  for (const mount of spec.mounts) {
    if (mount.kind === 'tmpfs') continue;
    const { directory, source } = placeOf(stack, mount);
    const entry = found.get(directory) ?? { kind: mount.kind, limit: hashBelowBytes, mounts: [] };
    entry.mounts.push({ source, target: mount.target, use: mount.readOnly ? 'ro' : 'rw' });
    if (mount.kind === 'volume') entry.limit = mount.hashBelowBytes ?? hashBelowBytes;
    found.set(directory, entry);
  }
  return [...found]
    .map(([directory, { kind, limit, mounts }]) => {
      const use = mounts.some((each) => each.use === 'rw') ? 'rw' : 'ro';
      return `${[kind, use, limit, directory, JSON.stringify(mounts)].join('\t')}\n`;
    })
    .join('');
}

interface DataMount {
  /** on the host: what is bind-mounted */
  source: string;
  target: string;
  use: 'rw' | 'ro';
}

/** Where on the host the files of a mount are: the directory that is handled as one, and what of it is mounted. */
function placeOf(
  stack: string,
  mount: Exclude<Mount, { kind: 'tmpfs' }>,
): { directory: string; source: string } {
  switch (mount.kind) {
    case 'volume': {
      const directory = directories.volume(stack, mount.volume);
      return { directory, source: `${directory}/data` };
    }
    case 'project': {
      const directory = directories.project(stack, mount.source);
      const { fileName } = projectArchive(mount.source);
      return { directory, source: [directory, 'data', fileName].filter(Boolean).join('/') };
    }
    case 'host':
      return { directory: mount.source, source: mount.source };
  }
}

/** The folders of the stack that a service mounts. */
export function dataDirectories(
  stack: string,
  spec: ServiceSpec,
): { directory: string; readOnly: boolean }[] {
  const found = new Map<string, boolean>();
  for (const mount of spec.mounts) {
    if (mount.kind !== 'volume' && mount.kind !== 'project') continue;
    const { directory } = placeOf(stack, mount);
    found.set(directory, (found.get(directory) ?? true) && mount.readOnly);
  }
  return [...found].map(([directory, readOnly]) => ({ directory, readOnly }));
}

/** As the kernel writes /proc/<pid>/uid_map, with `uid` or `gid` before each line. */
function mappingLines({ runtime, spec, host }: Recorded): string {
  return (['uid', 'gid'] as const)
    .flatMap((kind) =>
      idRanges(runtime, spec.user, host.account, kind).map(
        (r) => `${kind} ${r.container} ${r.host} ${r.size}\n`,
      ),
    )
    .join('');
}

/** Lines that write a file on the host; the content is in no argv. */
export function putFile(
  path: string,
  content: string | Uint8Array,
  mode: string,
  user = 'root',
  group = user,
): string {
  const encoded = Buffer.from(content)
    .toString('base64')
    .replace(/(.{76})/g, '$1\n');
  return `put_file ${words([path, mode, user, group])} <<'CONTENT'\n${encoded}\nCONTENT`;
}

/** Lines that write what a runtime rendered. */
export function putRendered(rendered: Rendered, context: RenderContext): string {
  return rendered.files
    .map((file) => {
      if (file.owner === 'root') return putFile(file.path, file.content, file.mode);
      if (file.owner === 'account') return putFile(file.path, file.content, file.mode, context.account.name);
      return putFile(file.path, file.content, file.mode, `${file.owner.uid}`, `${file.owner.gid}`);
    })
    .join('\n');
}

/** Path -> sha256 of what a runtime rendered, to tell later whether somebody edited it. */
export function renderedDigests(rendered: Rendered): Record<string, string> {
  return Object.fromEntries(
    rendered.files.map((file) => [file.path, createHash('sha256').update(file.content).digest('hex')]),
  );
}

/**
 * `<digest> <uid> <gid> <directory>`: where a project's files go, and whose they are to be (`-`: as they are). A
 * single file is delivered as a folder that holds it.
 */
export function deliveryLine(inputs: InstanceInputs, source: string, digest: string): string {
  const { uid, gid } = owner(inputs);
  const writes = inputs.spec.mounts.some((m) => m.kind === 'project' && m.source === source && !m.readOnly);
  return [digest, ...(writes ? [uid, gid] : ['-', '-']), directories.project(inputs.stack, source)].join(' ');
}
