import { givesTheHost } from '../spec/hostPaths.ts';
import type { Mount } from '../spec/service.ts';
import type { Context } from './context.ts';
import { absolutePath, projectPath } from './project.ts';
import { parseBytes } from './units.ts';
import type { Value } from './value.ts';

/** Reads `volumes` and `tmpfs`, sorted by target. */
export function readMounts(service: Value, context: Context): Mount[] {
  const tmpfs = service.get('tmpfs');
  const mounts = [
    ...service
      .get('volumes')
      .items()
      .map((item) => (item.isMap ? readLong(item, context) : readShort(item, context))),
    ...(tmpfs.isList ? tmpfs.items() : [tmpfs]).map(readTmpfs),
  ];
  return mounts.filter((mount) => mount !== undefined).sort((a, b) => (a.target < b.target ? -1 : 1));
}

/** Whether the service can change what is mounted and somebody would miss the change. */
export function isWritable(mount: Mount): boolean {
  return mount.kind !== 'tmpfs' && !mount.readOnly;
}

/** [source:]target[:options] */
function readShort(item: Value, context: Context): Mount | undefined {
  const parts = item.string().split(':');
  const [source = '', target, options = 'rw'] = parts;
  if (parts.length > 3 || source === '') {
    item.complain({
      expected: 'source:target or source:target:ro',
      fix: 'use the long form for other paths',
    });
    return undefined;
  }
  if (target === undefined) return anonymous(item);
  let readOnly = false;
  for (const option of options.split(',')) {
    if (option === 'ro') readOnly = true;
    // nocopy is how volumes work here: an image's files are never copied into one
    else if (option !== 'rw' && option !== 'nocopy') {
      item.complain({ expected: `ro or rw, not the option "${option}"`, fix: 'delete the option' });
    }
  }
  if (/^[./~]/.test(source)) return bind(item, source, target, readOnly, context);
  return volume(item, source, target, readOnly, context);
}

function readLong(item: Value, context: Context): Mount | undefined {
  const type = item.get('type').string();
  const source = item.get('source').string();
  const target = item.get('target').string();
  const readOnly = item.get('read_only').boolean();
  item.refuseOtherThan(['type', 'source', 'target', 'read_only', type]);
  switch (type) {
    case 'volume':
      item.get('volume').refuseOtherThan(['nocopy']);
      return source === '' ? anonymous(item) : volume(item, source, target, readOnly, context);
    case 'bind': {
      const options = item.get('bind');
      options.refuseOtherThan(['create_host_path']);
      if (options.get('create_host_path').boolean()) {
        options.get('create_host_path').complain({
          expected: 'false: an empty folder in the place of a missing one hides the loss',
          fix: 'delete it, and make the folder yourself',
        });
      }
      return bind(item, source, target, readOnly, context);
    }
    case 'tmpfs':
      return memory(item, target, item.get('tmpfs').get('size'), item.get('tmpfs').get('mode'));
    default:
      item.complain({ expected: 'a mount of type volume, bind or tmpfs', fix: 'use one of these' });
      return undefined;
  }
}

function anonymous(item: Value): undefined {
  item.complain({
    expected: 'a name for the volume: what has none cannot be found again by the next instance',
    fix: 'write name:/path and declare the name under the top-level `volumes:`, or use tmpfs for what may be lost',
  });
}

function volume(item: Value, name: string, path: string, readOnly: boolean, context: Context) {
  const target = targetOf(item, path);
  if (!context.volumes.has(name)) {
    item.complain({
      expected: `a volume of the top-level \`volumes:\`, which "${name}" is not`,
      fix: `declare it there: ${name}: {}; a folder of the project begins with ./`,
    });
  }
  const hashBelowBytes = context.volumes.get(name)?.hashBelowBytes;
  return {
    kind: 'volume' as const,
    volume: name,
    target,
    readOnly,
    ...(hashBelowBytes !== undefined && { hashBelowBytes }),
  };
}

function bind(item: Value, source: string, path: string, readOnly: boolean, context: Context) {
  const target = targetOf(item, path);
  const absolute = absolutePath(source);
  if (absolute !== undefined) {
    if (givesTheHost(absolute)) {
      item.complain({
        expected:
          "a path with neither a runtime's socket nor what the host itself runs on: who has these has root",
        fix: 'delete it, or mount the very folder that the service needs',
      });
    }
    return { kind: 'host' as const, source: absolute, target, readOnly };
  }
  const inside = source.startsWith('~') ? undefined : projectPath(source);
  if (inside === undefined || inside === '.') {
    item.complain({
      expected: `a file or folder inside the project, which "${source}" is not`,
      fix: 'move it into a folder of its own in the project, or name a path of the host, from /',
    });
    return undefined;
  }
  const digest = context.project.digest(inside);
  if (typeof digest === 'string')
    return { kind: 'project' as const, source: inside, target, readOnly, digest };
  item.complain({
    expected: `a file or folder of the project; ${inside} ${digest.reason}`,
    fix: digest.missing ? 'put it there' : 'mend that, or mount another one',
  });
  return undefined;
}

/** `/run` or `/run:size=64m,mode=1777` */
function readTmpfs(item: Value): Mount | undefined {
  if (!item.there) return undefined;
  const [path = '', options = ''] = item.string().split(':');
  const said: Record<string, string> = {};
  for (const option of options === '' ? [] : options.split(',')) {
    const [name = '', value = ''] = option.split('=');
    said[name] = value;
    if (name !== 'size' && name !== 'mode') {
      item.complain({ expected: `size= or mode=, not the option "${option}"`, fix: 'delete the option' });
    }
  }
  return tmpfsMount(item, path, said.size ?? '0', said.mode ?? '1777');
}

function memory(item: Value, path: string, size: Value, mode: Value): Mount {
  item.get('tmpfs').refuseOtherThan(['size', 'mode']);
  // a number was octal in the file already
  const octal = typeof mode.raw === 'number' ? mode.raw.toString(8) : mode.string();
  return tmpfsMount(item, path, size.string() || '0', octal || '1777');
}

function tmpfsMount(item: Value, path: string, size: string, mode: string): Mount {
  const sizeBytes = parseBytes(size);
  if (sizeBytes === undefined)
    item.complain({ expected: 'a size, as in 64m', fix: 'write a number and k, m or g' });
  if (!/^[0-7]{3,5}$/.test(mode)) item.complain({ expected: 'an octal mode, as in 1777', fix: 'correct it' });
  return {
    kind: 'tmpfs',
    target: targetOf(item, path),
    sizeBytes: sizeBytes ?? 0,
    mode: mode.replace(/^0+(?=[0-7]{4})/, '').padStart(4, '0'),
  };
}

function targetOf(item: Value, path: string): string {
  const target = absolutePath(path);
  if (target !== undefined && target !== '/') return target;
  item.complain({
    expected: `an absolute path in the container, which "${path}" is not`,
    fix: 'begin it with /',
  });
  return path;
}
